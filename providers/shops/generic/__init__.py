"""The generic shop: any shop that can sign a request after the Standard Webhooks specification."""
