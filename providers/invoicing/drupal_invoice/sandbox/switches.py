"""Which module, PHP and database the sandbox's site runs, how it is set up, and what goes wrong on it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Module(StrEnum):
    """The module's release. They differ in what a write needs to get in."""

    V1_2 = "7.x-1.2"
    V1_3 = "7.x-1.3"


class Database(StrEnum):
    """They differ in what they refuse: SQLite stores texts of any length and templates that there are not."""

    MARIADB = "mariadb"
    SQLITE = "sqlite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """Every default is what was observed on a site with the last release, PHP 8.2 and MariaDB."""

    module: Module = Module.V1_3
    php8: bool = True
    """False for PHP 7.4: other answers to odd ids, `findAll` and the PDF, and unreadable numbers become 0."""
    database: Database = Database.MARIADB

    template: str = "default"
    """The template of the account that the sandbox lets in."""
    root: bool = False
    """That account is the API's root user and may use every template."""
    other_template: str = "brandb"
    other_account: str = ""
    """A second account as "user:password", to which `other_template` belongs; empty for none."""
    default_leading_zeros: int = 4
    default_prefix: str = "%Y"
    timezone: str = "UTC"
    currency: str = "EUR"
    """What the locale stands for. No answer of the API tells it."""
    money_sign: str = "$"

    address_allowed: bool = True
    """False when the caller's address is not on the site's list."""
    maintenance: bool = False
    """The site is closed for maintenance: invoices go on, but no token is given."""
    locale_broken: bool = False
    """PHP 8 in a process without a locale: every read fails."""
    login_asks_more: bool = False
    """The login form has another question besides name and password, so that no session comes of it."""
    login_failures: int = 5
    """After so many the login form lets nobody in any more, as Drupal does for six hours."""
    host: str = "drupal.example"
    """The address that the site knows itself by where a request names no host."""
    cookie_domain: str = ""
    """The site's setting of that name; it replaces the address in the name of the session cookie."""

    half_stored: bool = False
    """PHP dies between an invoice and its items: a create ends in an HTML page, with an invoice without items."""
    race_window: timedelta = timedelta(0)
    """A create this soon after another one takes the same id and fails, as those at the same moment do."""
    list_lag: timedelta = timedelta(0)
    """The list does not show what was made or changed this recently. Never seen on a real site."""

    utf8mb4: bool = False
    """Whether the database keeps characters of four bytes; without it a write with one fails. Not known."""
    item_length: int | None = None
    """The longest text of an item that the database takes. Not known."""
    quantity_decimals: int | None = None
    """To how many decimals a quantity is rounded when it is stored. Not known; None keeps all."""
    rate_decimals: int | None = None
    """The same for an item's VAT rate."""
