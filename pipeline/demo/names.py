"""Names of nobody: invented firms, given names and surnames."""

from __future__ import annotations

from random import Random

STEMS = (
    "Alderwick", "Ashmere", "Balefort", "Birchall", "Brackwell", "Bramvale", "Calderon Park",
    "Castlemark", "Cindermoor", "Coldwater Bay", "Corvane", "Dalehurst", "Drayforth", "Eastmarch",
    "Elmstead", "Fairhollow", "Fenbrook", "Foxglen", "Gladewell", "Grayhaven", "Greystoke Hill",
    "Halvorsen", "Hazelmoor", "Highfield Row", "Ironbeck", "Juniper Cross", "Kestrelby",
    "Kingsmoor", "Larkhall", "Lindenau", "Longacre", "Marlowe Bay", "Mossvale", "Nettlecombe",
    "Northcote Mill", "Orchard Lane", "Otterburn", "Pemberley", "Quillmark", "Ravensford",
    "Redmarsh", "Rookwood", "Saltmarsh", "Selwyn Reach", "Silverbirch", "Stanmoor", "Summerfold",
    "Thistledown", "Thornbury", "Underhill", "Valleyford", "Westerly", "Whitcombe", "Wildmere",
    "Windrush", "Yarrowdale",
)  # fmt: skip
TRADES = (
    "Analytics", "Apparel", "Bearings", "Ceramics", "Clinics", "Components", "Couriers", "Dairy",
    "Energy", "Events", "Fabrics", "Foods", "Freight", "Furnishings", "Hotels", "Instruments",
    "Laboratories", "Legal", "Manufacturing", "Marine", "Media", "Packaging", "Pharmacy",
    "Plastics", "Retail", "Robotics", "Systems", "Telecom", "Travel", "Water",
)  # fmt: skip
GIVEN = (
    "Abena", "Adrian", "Aiko", "Alma", "Anselm", "Anya", "Arturo", "Beatriz", "Bram", "Carla",
    "Cedric", "Chiara", "Dana", "Desmond", "Elena", "Emeka", "Fiona", "Gareth", "Greta", "Hamid",
    "Helga", "Imani", "Ivo", "Jasper", "Judit", "Kamala", "Kofi", "Leila", "Lorenz", "Magda",
    "Malik", "Nadine", "Nils", "Odile", "Owen", "Paulina", "Rafael", "Renske", "Rosa", "Samir",
    "Signe", "Tara", "Teodor", "Una", "Viktor", "Wanda", "Yusuf", "Zofia",
)  # fmt: skip
SURNAMES = (
    "Albright", "Amadi", "Bakker", "Barros", "Becker", "Bergstrom", "Calloway", "Castell",
    "Chandra", "Corrigan", "Delacroix", "Demir", "Dunmore", "Eriksen", "Falk", "Farrow",
    "Galloway", "Gupta", "Haldane", "Hoang", "Ibarra", "Ivanov", "Jansen", "Kaplan", "Keller",
    "Kimura", "Larsson", "Lowell", "Maddox", "Marchetti", "Mbeki", "Moreau", "Nakata", "Novak",
    "Ostrow", "Palmer", "Pereira", "Quigley", "Rao", "Ridley", "Santos", "Sorensen", "Takeda",
    "Thackeray", "Ueda", "Vargas", "Whitlock", "Zielinski",
)  # fmt: skip


def firms(rng: Random, count: int) -> list[str]:
    """That many different firm names."""
    return rng.sample([f"{stem} {trade}" for stem in STEMS for trade in TRADES], count)


def person(rng: Random) -> str:
    """A given name and a surname."""
    return f"{rng.choice(GIVEN)} {rng.choice(SURNAMES)}"


def domain(firm: str) -> str:
    """The firm's e-mail domain, under the reserved top-level domain `.example`."""
    return "".join(c for c in firm.lower() if c.isalnum()) + ".example"


def mailbox(name: str, firm: str) -> str:
    """`first.last@firm.example`; letters outside ASCII are left out."""
    words = ["".join(c for c in word if c.isascii() and c.isalpha()) for word in name.split()]
    return ".".join(words).lower() + "@" + domain(firm)
