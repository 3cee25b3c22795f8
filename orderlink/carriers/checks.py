"""Check digits, each named after its published algorithm; the shapes in data/ name them."""

from __future__ import annotations

from itertools import cycle
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ALPHANUMERIC: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SPANISH_LETTERS: Final = "TRWAGMYFPDXBNJZSQVHLCKE"


def _weighted(digits: str, *weights: int) -> int:
    """Sum the digits from left to right, each times the next weight, weights repeating."""
    return sum(int(digit) * weight for digit, weight in zip(digits, cycle(weights), strict=False))


def s10_mod11(number: str) -> bool:
    """Check nine digits, with or without letters around them, as UPU standard S10 does."""
    digits = "".join(character for character in number if character.isdigit())
    remainder = 11 - _weighted(digits[:8], 8, 6, 4, 2, 3, 5, 9, 7) % 11
    return int(digits[8]) == {10: 0, 11: 5}.get(remainder, remainder)


def mod10_weighted_3_1(number: str) -> bool:
    """Check the GS1 digit: weights 3 and 1 from the right, to the next ten."""
    return (_weighted(number[-2::-1], 3, 1) + int(number[-1])) % 10 == 0


def mod10_weighted_3_1_plus_1(number: str) -> bool:
    """Check the GS1 digit of a sum that starts at one, as GLS prints it."""
    return (_weighted(number[-2::-1], 3, 1) + 1 + int(number[-1])) % 10 == 0


def mod10_weighted_4_9(number: str) -> bool:
    """Check a Deutsche Post identcode: weights 4 and 9 from the left, to the next ten."""
    return (_weighted(number[:-1], 4, 9) + int(number[-1])) % 10 == 0


def mod10_ups(number: str) -> bool:
    """Check a UPS digit: letters count (place in ASCII - 63) mod 10, weights 1 and 2."""
    values = (
        character if character.isdigit() else str((ord(character) - 63) % 10)
        for character in number[:-1]
    )
    return (_weighted("".join(values), 1, 2) + int(number[-1])) % 10 == 0


def luhn(number: str) -> bool:
    """Check a Luhn digit: every second digit from the right doubled, digits summed."""
    doubled = (int(digit) * 2 for digit in number[-2::-2])
    single = (int(digit) for digit in number[-1::-2])
    return (sum(value - 9 if value > 9 else value for value in doubled) + sum(single)) % 10 == 0


def mod7(number: str) -> bool:
    """Check that the last digit is what all before it leaves divided by seven."""
    return int(number[:-1]) % 7 == int(number[-1])


def mod11_weighted_1_3_7(number: str) -> bool:
    """Check a FedEx digit: weights 1, 3 and 7 from the right, mod 11, ten counting as zero."""
    return _weighted(number[-2::-1], 1, 3, 7) % 11 % 10 == int(number[-1])


def mod37_36_iso7064(number: str) -> bool:
    """Check the character that ISO 7064 MOD 37,36 puts behind letters and digits."""
    product = 36
    for character in number[:-1]:
        product = ((product + ALPHANUMERIC.index(character)) % 36 or 36) * 2 % 37
    return (product + ALPHANUMERIC.index(number[-1])) % 36 == 1


def mod23_spanish_letter(number: str) -> bool:
    """Check the Spanish control letter over the sum of the characters' ASCII places."""
    return SPANISH_LETTERS[sum(map(ord, number[:-1])) % 23] == number[-1]


def _mod11_weighted_2_to_7(digits: str) -> bool:
    remainder = 11 - _weighted(digits[-2::-1], 2, 3, 4, 5, 6, 7) % 11
    return int(digits[-1]) == (0 if remainder >= 10 else remainder)


def mod11_weighted_2_to_7_twice(number: str) -> bool:
    """Check a Mondial Relay label: parcel i of n, then a mod 11 digit after 14 and after 10."""
    parcel, parcels = int(number[10:12]), int(number[12:14])
    return (
        1 <= parcel <= parcels
        and _mod11_weighted_2_to_7(number[:15])
        and _mod11_weighted_2_to_7(number[15:])
    )


def mod97_iso7064(number: str) -> bool:
    """Check an IBAN: four characters moved to the end, letters as 10 to 35, one left of 97."""
    moved = number[4:] + number[:4]
    return int("".join(str(ALPHANUMERIC.index(character)) for character in moved)) % 97 == 1


CHECKS: Final[Mapping[str, Callable[[str], bool]]] = MappingProxyType(
    {
        check.__name__: check
        for check in (
            s10_mod11,
            mod10_weighted_3_1,
            mod10_weighted_3_1_plus_1,
            mod10_weighted_4_9,
            mod10_ups,
            luhn,
            mod7,
            mod11_weighted_1_3_7,
            mod37_36_iso7064,
            mod23_spanish_letter,
            mod11_weighted_2_to_7_twice,
        )
    }
)
