"""orderlink: marketplace orders in your own webshop, and shipments back."""

__version__ = "0.1.0"
