"""WooCommerce: webhooks of the "WP REST API Integration v3" kind."""
