"""Products and price lists."""

from providers.invoicing.invoiceocean.client.calls import Calls, Fields, Filters, Row
from providers.operations import reads, writes


class Products(Calls):
    """Prices are decimals as text. A line of a document with an unknown name makes a product too, unless the account's
    settings say no."""

    @reads
    def products(self, page: int = 1, per_page: int = 25, filters: Filters | None = None) -> list[Row]:
        """List products: GET /products.json.

        Filters: `warehouse_id` (tells the stock of that warehouse), `date_from` (those changed since, YYYY-MM-DD).
        """
        return self._read_list("/products.json", page, per_page, filters)

    @reads
    def product(self, product_id: int, warehouse_id: int = 0) -> Row:
        """Read one product: GET /products/{id}.json.

        `warehouse_id` asks for the stock of that warehouse. `stock_level` may be negative.
        """
        return self._read_one(f"/products/{product_id}.json", {"warehouse_id": warehouse_id or ""})

    @writes
    def create_product(self, product: Fields) -> Row:
        """Make a product: POST /products.json.

        `name`*, `code`, `ean_code`, `description`, `price_net` or `price_gross`, `tax` (percent, np, zw, disabled),
        `currency`, `category_id`, `quantity_unit`, `service`, `limited`, `stock_level`, `gtu_codes`, `use_moss`.
        A set has `package` true and `package_products_details` {"0": {`id`, `quantity`}, "1": …}.
        """
        return self._write_one("POST", "/products.json", {"product": product})

    @writes
    def update_product(self, product_id: int, product: Fields) -> Row:
        """Change members of a product: PUT /products/{id}.json.

        The net price follows from `price_gross` and `tax`, and cannot be set.
        """
        return self._write_one("PUT", f"/products/{product_id}.json", {"product": product})

    @writes
    def delete_product(self, product_id: int) -> None:
        """Delete a product: DELETE /products/{id}.json. Not documented, but seen to work."""
        self._delete(f"/products/{product_id}.json")

    @reads
    def price_lists(self, page: int = 1, per_page: int = 25, filters: Filters | None = None) -> list[Row]:
        """List price lists: GET /price_lists.json. It takes the parameters of the application's own lists."""
        return self._read_list("/price_lists.json", page, per_page, filters)

    @writes
    def create_price_list(self, price_list: Fields) -> Row:
        """Make a price list: POST /price_lists.json.

        `name`*, `description`, `currency`, and `price_list_positions_attributes` {"0": {`priceable_id`,
        `priceable_name`, `priceable_type` "Product", `use_percentage`, `percentage`, `price_net`, `price_gross`,
        `use_tax`, `tax`}, "1": …}. A document uses it with `use_prices_from_price_lists` true and `price_list_id`.
        """
        return self._write_one("POST", "/price_lists.json", {"price_list": price_list})

    @writes
    def update_price_list(self, price_list_id: int, price_list: Fields) -> Row:
        """Change members of a price list: PUT /price_lists/{id}.json. A position with `id` is changed."""
        return self._write_one("PUT", f"/price_lists/{price_list_id}.json", {"price_list": price_list})

    @writes
    def delete_price_list(self, price_list_id: int) -> None:
        """Delete a price list: DELETE /price_lists/{id}.json."""
        self._delete(f"/price_lists/{price_list_id}.json")
