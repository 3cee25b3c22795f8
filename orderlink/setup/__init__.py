"""A first configuration, and a further connection for one that is there.

`questions` says what has to be known of a connector, `given` reads how a person gives it, `text`
writes it as commented TOML, and `writing` puts that, and secrets, into files. Nobody here asks or
shows anything: the command line does.
"""
