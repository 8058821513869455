"""Detection of columns of personal data by their names, in the languages of the cases.

A ledger lists published figures. It must not have columns of names, telephone numbers,
documents or birthdays, in whatever language or alphabet the column is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from sojourn.case.lookalikes import skeleton, words_of

EVERYWHERE: Mapping[str, str] = {
    "English": """
        e mail, email*, mail address, phone, phones, phone number, phone no, telephone*, cellphone*, mobile
        phone, cell phone, home phone, work phone, tel, mobile number, fax, whatsapp*, viber, telegram
        handle, telegram id, telegram user, telegram username, telegram nick, telegram account, skype,
        passport*, id card, id number, id no, identity card, identity number, identity document, national
        id, person id, personal id, personal code, personal number, personal data, tax id, taxpayer number,
        ssn, social security, insurance number, driver licence, driving licence, driver license, driving
        license, licence plate, license plate, iban, bank account, card number, dob, birthday*, birth day,
        birthdate*, birth date, date of birth, birth year, year of birth, month of birth, surname*, last
        name, family name, first name, given name, middle name, maiden name, full name, forename*,
        patronymic*, fathers name, mothers name, nickname*, username*, user name, login, home address,
        street address, postal address, mailing address, residential address, ip address, fingerprint*,
        contact details, contact info, document number, document no, visa number
    """,
    "Russian": """
        паспорт*, загранпаспорт*, телефон*, тел, фио, ф и о, имя, имена, отчество*, фамили*, полное имя,
        прозвище, эл почта, электронная почта, электронный адрес, имейл, емейл, дата рождения, день
        рождения, год рождения, иин, инн, снилс, личный номер, удостоверение личности, номер удостоверения,
        адрес проживания, домашний адрес, адрес регистрации, pasport*, telefon*, familiya*, familia, imya,
        otchestvo*, fio, data rozhdeniya, god rozhdeniya, elektronnaya pochta, snils, номер документа
    """,
    "Kazakh": """
        аты жөні, аты жони, тегі, есімі, әкесінің аты, төлқұжат*, жеке куәлік*, жсн, туған күні, туған жылы,
        мекенжай*, мекен жай, ұялы телефон, электрондық пошта, эл пошта, iin, zhsn, aty zhoni, tegi, esimi,
        tolqujat*, tolkuzhat*, tugan kuni, mekenzhai*
    """,
    "Ukrainian": """
        прізвище*, імя, піб, по батькові, дата народження, день народження, рік народження, електронна
        пошта, ел пошта, рнокпп, іпн, ідентифікаційний код, ідентифікаційний номер, посвідчення особи,
        адреса проживання, домашня адреса, prizvyshche*, imia, imja
    """,
    "Polish": """
        nazwisko*, nazwiska*, imię, imiona, imię i nazwisko, nazwa osoby, data urodzenia, rok urodzenia,
        paszport*, pesel, dowód osobisty, nr dowodu, numer dowodu, telefon komórkowy, poczta elektroniczna,
        adres zamieszkania, adres zameldowania, adres domowy, nr tel
    """,
    "Georgian": """
        პასპორტ*, ტელეფონ*, გვარი, გვარები, სახელი და გვარი, მამის სახელი, დაბადების თარიღი, დაბადების წელი,
        პირადი ნომერი, პირადობის ნომერი, პირადობის მოწმობა, ელფოსტა*, ელ ფოსტა
    """,
    "Armenian": """
        անձնագիր*, անձնագրի*, հեռախոս*, ազգանուն*, անուն ազգանուն, հայրանուն*, ծննդյան ամսաթիվ, ծննդյան
        տարեթիվ, ծննդյան օր, էլփոստ*, էլ փոստ, հծհ, սոցքարտ*
    """,
    "Turkish": """
        soyad, soyadı*, soyisim*, soyismi, ad soyad, adı soyadı, isim soyisim, doğum tarihi, doğum günü,
        doğum yılı, pasaport*, kimlik no, kimlik numarası, tc kimlik, tckn, e posta, eposta*, cep telefonu,
        cep no, ev adresi, ikametgah*, anne adı, baba adı
    """,
    "Arabic": """
        جواز السفر, جواز سفر, رقم الجواز, الهاتف, هاتف, رقم الهاتف, جوال, الجوال, موبايل, الاسم الكامل,
        الاسم الأول, اسم العائلة, اسم الأب, الاسم واللقب, اللقب, تاريخ الميلاد, تاريخ الولادة, سنة الميلاد,
        البريد الإلكتروني, بريد إلكتروني, الإيميل, ايميل, رقم الهوية, الهوية الشخصية, رقم وطني, الرقم
        الوطني, عنوان السكن, عنوان المنزل
    """,
    "German": """
        vorname*, nachname*, familienname*, geburtsname*, mädchenname*, maedchenname*, telefon*, tel nr,
        handy, handynr, handynummer*, mobilnummer*, rufnummer*, anschrift*, wohnadresse*, wohnanschrift*,
        privatadresse*, geburtsdatum*, geburtstag*, geburtsjahr*, geb datum, gebdatum, reisepass*,
        passnummer*, pass nr, passnr, ausweisnummer*, ausweisnr, personalausweis*,
        sozialversicherungsnummer*, steuernummer*
    """,
    "French": """
        prénom*, nom de famille, nom complet, nom et prénom, nom de naissance, téléphone*, tél, numéro de
        téléphone, courriel*, adresse postale, adresse personnelle, adresse électronique, adresse mail, date
        de naissance, année de naissance, jour de naissance, passeport*, carte d identité, carte didentité,
        pièce d identité, pièce didentité, numéro de sécurité sociale
    """,
}
"""Language → phrases that are refused anywhere in a column name; `*` also matches other endings."""

ALONE = """
    address, addresses, birth, born, birthplace, place of birth, photo, signature, mail, mobile, адрес,
    адреса, адреси, adres, adresi, adresy, adrese, adresse, adressen, фото, подпись, підпис, аты, есім, аты
    есімі, ad, adı, isim, ismi, nom, noms, name und vorname, სახელი, სახელები, անուն, անունը,
    اسم, الاسم, العنوان, geburt, naissance, рождение, народження, ausweis, kimlik, моб, мобильный, сотовый,
    почта, место рождения, прописка, место жительства, туған жері, місце народження, пошта, місце
    проживання, мобільний, miejsce urodzenia, komórka, მობილური, დაბადების ადგილი, მისამართი, ծննդավայր,
    հասցե, doğum yeri, مكان الميلاد, مكان الولادة, geburtsort, mél, domicile, lieu de naissance
"""
"""Words that are refused if they are the whole name, ignoring numbers and the words in `FILLERS`."""

NAMES = "name, names"
"""Words that are refused next to a word for a person, and in tables about people."""

PEOPLE = """
    respondent, respondents, interviewee, interviewees, informant, informants, person, persons, people,
    contact, contacts, migrant, migrants, refugee, refugees, individual, participant, participants, subject,
    респондент, респондента, респонденты, респондентов, человека, людей, лица, контакт, контакта, мигранта,
    беженца, osoby, osoba, respondenta, befragte, befragter, person, personne, personnes, kişi,
    респонденттің, адамның, особи, респондентки
"""
FILLERS = (
    "of, the, no, nr, number, num, номер, current, actual, von, der, des, de, du, la, le, his, her, their"
)

SHORT = 4
"""Words of at most this many letters must match whole: `tel` matches neither `ho_tel` nor `hotel`."""
LONGEST = 60
"""Maximum length of joined words that are looked up; no listed phrase is longer."""


@dataclass(frozen=True, slots=True)
class PersonalWords:
    """The lists as skeletons: phrases with and without spaces, stems, and words that need context."""

    exact: frozenset[str]
    stems: tuple[str, ...]
    alone: frozenset[str]
    names: frozenset[str]
    people: frozenset[str]
    fillers: frozenset[str]


def phrases() -> Iterator[str]:
    """Yield every phrase that is refused by itself, without its `*`.

    Yields:
        Phrases in the spelling of their language.

    Example:
        >>> "date of birth" in set(phrases())
        True
    """
    for text in (*EVERYWHERE.values(), ALONE):
        yield from (phrase.removesuffix("*") for phrase in _split(text))


def is_personal(header: str, about_people: bool = False) -> bool:
    """Tell whether a column, by its name, holds personal data.

    Args:
        header: the name of the column, in any language of the list, case and alphabet.
        about_people: whether the rows of the table are people or groups of them, so that a
            column `name` would name them.

    Returns:
        True if the name contains a listed phrase, or is one.

    Example:
        >>> [is_personal(name) for name in ("Telefon", "full_name", "pаssport", "hotel", "name")]
        [True, True, True, False, False]
    """
    # `tEl` is one word, not two; a capital may resemble another letter than its small form (Greek Ν, ν).
    spellings = {words_of(header), words_of(header.casefold()), words_of(skeleton(header))}
    return any(_says_person(words, about_people) for words in spellings)


def _says_person(words: tuple[str, ...], about_people: bool) -> bool:
    lists = _lists()
    if any(run in lists.exact or run.startswith(lists.stems) for run in _runs(words)):
        return True
    if any(stem in word for word in words for stem in lists.stems):
        return True
    bare = "".join(word for word in words if word not in lists.people and word not in lists.fillers)
    if bare in lists.alone or "".join(words) in lists.alone:
        return True
    return bare in lists.names and (about_people or any(word in lists.people for word in words))


def _runs(words: tuple[str, ...]) -> Iterator[str]:
    """Yield adjacent words joined; short runs keep their spaces, unless single letters or the whole name."""
    for first in range(len(words)):
        for last in range(first + 1, len(words) + 1):
            part = words[first:last]
            run = "".join(part)
            if len(part) > 1 and len(run) > LONGEST:
                break
            whole = len(run) > SHORT or len(part) == len(words) or all(len(word) == 1 for word in part)
            yield run if whole else " ".join(part)


@cache
def _lists() -> PersonalWords:
    """Return the lists, prepared for comparison."""
    listed = [phrase for text in EVERYWHERE.values() for phrase in _split(text)]
    plain = [phrase.removesuffix("*") for phrase in listed]
    stems = (phrase.removesuffix("*") for phrase in listed if phrase.endswith("*"))
    people, fillers = _joined(_split(PEOPLE)), _joined(_split(FILLERS))
    alone = _split(ALONE)
    bare = (" ".join(w for w in words_of(phrase) if w not in people | fillers) for phrase in alone)
    return PersonalWords(
        exact=_joined(plain) | {skeleton(phrase) for phrase in plain},
        stems=tuple(sorted(_joined(stems))),
        alone=_joined((*alone, *bare)),
        names=_joined(_split(NAMES)),
        people=people,
        fillers=fillers,
    )


def _split(text: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in text.split(",") if phrase.strip()]


def _joined(listed: Iterable[str]) -> frozenset[str]:
    return frozenset(skeleton(phrase).replace(" ", "") for phrase in listed)
