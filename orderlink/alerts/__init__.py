"""Being told: messages and pings, where `[alerts]` is in the configuration. Imported only then."""
