-- The first schema. Times are UTC text, amounts text decimals, compound values JSON text that no
-- query searches; account and connection stand in every key (see README, Design).

CREATE TABLE facts (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE connections (
    account TEXT NOT NULL,
    id TEXT NOT NULL,
    role TEXT NOT NULL,
    type TEXT NOT NULL,
    binding TEXT NOT NULL,
    label TEXT NOT NULL,
    first_run_at TEXT,
    import_from TEXT NOT NULL DEFAULT '',
    changes_until TEXT,
    full_look_at TEXT,
    newest_shop_order TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (account, id),
    UNIQUE (account, role, binding)
);

CREATE TABLE orders (
    account TEXT NOT NULL,
    connection TEXT NOT NULL,
    order_id TEXT NOT NULL,
    shop TEXT NOT NULL,
    status TEXT NOT NULL,
    placed_at TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    lines TEXT NOT NULL DEFAULT '[]',
    partial INTEGER NOT NULL DEFAULT 0,
    parcels TEXT NOT NULL DEFAULT '[]',
    country TEXT NOT NULL DEFAULT '',
    currency TEXT NOT NULL DEFAULT '',
    total TEXT NOT NULL DEFAULT '0',
    reference TEXT NOT NULL DEFAULT '',
    marks TEXT NOT NULL DEFAULT '[]',
    edits TEXT NOT NULL DEFAULT '{}',
    document TEXT,
    has_details INTEGER NOT NULL DEFAULT 0,
    approved INTEGER NOT NULL DEFAULT 0,
    create_anyway INTEGER NOT NULL DEFAULT 0,
    released INTEGER NOT NULL DEFAULT 0,
    refund_confirmed INTEGER NOT NULL DEFAULT 0,
    site TEXT NOT NULL DEFAULT '',
    ship_by TEXT,
    deliver_by TEXT,
    expires_on TEXT,
    shop_order_id TEXT NOT NULL DEFAULT '',
    shop_order_number TEXT NOT NULL DEFAULT '',
    shop_status TEXT NOT NULL DEFAULT '',
    shop_seen_at TEXT,
    waiting_since TEXT,
    parcels_asked_at TEXT,
    closed_at TEXT,
    purged INTEGER NOT NULL DEFAULT 0,
    closed_without_code INTEGER NOT NULL DEFAULT 0,
    not_before TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    archived_at TEXT,
    PRIMARY KEY (account, connection, order_id)
);

-- What a run asks for: open orders only, however many years are in the file.
CREATE INDEX orders_open ON orders (account, connection, status)
    WHERE status NOT IN ('shipped', 'cancelled', 'manual');
CREATE INDEX orders_followed ON orders (account, shop)
    WHERE status IN ('not_shipped', 'waiting', 'pending_shipment');
CREATE INDEX orders_closed_without_code ON orders (account, shop, closed_at)
    WHERE closed_without_code = 1;
CREATE INDEX orders_unpurged ON orders (account, closed_at)
    WHERE purged = 0 AND closed_at IS NOT NULL;
CREATE INDEX orders_purged ON orders (account, closed_at)
    WHERE purged = 1 AND closed_at IS NOT NULL;
CREATE INDEX orders_with_document ON orders (account, first_seen_at) WHERE document IS NOT NULL;
-- These begin with what is looked for: an index that begins with the account would be taken for
-- the ones above, which hold a small part of the orders only.
CREATE INDEX orders_by_number ON orders (order_id, account);
CREATE INDEX orders_by_shop_id ON orders (shop_order_id, account) WHERE shop_order_id <> '';
CREATE INDEX orders_by_shop_number ON orders (shop_order_number, account)
    WHERE shop_order_number <> '';
CREATE INDEX orders_partial ON orders (account, connection)
    WHERE partial = 1 AND status NOT IN ('shipped', 'cancelled', 'manual');
CREATE INDEX orders_by_placing ON orders (account, placed_at);
-- The newest in each status, however rare it is: lists are put together from these.
CREATE INDEX orders_by_status ON orders (account, status, connection, placed_at);

-- How many orders stand where, and what happened in each hour (its beginning is given). Both are
-- written in the transaction that changes an order, so that a look counts nothing.
CREATE TABLE order_counts (
    account TEXT NOT NULL,
    connection TEXT NOT NULL,
    shop TEXT NOT NULL,
    status TEXT NOT NULL,
    orders INTEGER NOT NULL,
    PRIMARY KEY (account, connection, shop, status)
);
CREATE TABLE tallies (
    account TEXT NOT NULL,
    hour TEXT NOT NULL,
    connection TEXT NOT NULL,
    word TEXT NOT NULL,
    kind TEXT NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (account, hour, connection, word, kind)
);

-- Every tracking code that a shop ever named, so that a person can ask for an order by its code.
CREATE TABLE codes (
    account TEXT NOT NULL,
    connection TEXT NOT NULL,
    order_id TEXT NOT NULL,
    code TEXT NOT NULL,
    PRIMARY KEY (account, code, connection, order_id)
);
-- With the code in it: else the key above is taken, which is found by the account alone.
CREATE INDEX codes_of_order ON codes (order_id, connection, account, code);

CREATE TABLE outbox (
    account TEXT NOT NULL,
    connection TEXT NOT NULL,
    order_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    number INTEGER NOT NULL,
    target TEXT NOT NULL,
    state TEXT NOT NULL,
    document TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    not_before TEXT,
    first_failed_at TEXT,
    started_at TEXT,
    quarantine_until TEXT,
    remote_ref TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (account, connection, order_id, kind, number)
);
CREATE INDEX outbox_repeated ON outbox (account, target, started_at)
    WHERE kind = 'create' AND state = 'done' AND attempts > 1;
CREATE INDEX outbox_open ON outbox (account, target, state)
    WHERE state IN ('due', 'started', 'accepted', 'unknown');

-- An id is never given again: what was archived comes back under its own.
CREATE TABLE problems (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    connection TEXT NOT NULL,
    order_id TEXT NOT NULL,
    word TEXT NOT NULL,
    since TEXT NOT NULL,
    sentence TEXT NOT NULL,
    details TEXT NOT NULL DEFAULT '{}',
    told_at TEXT,
    solved_at TEXT
);
CREATE UNIQUE INDEX problems_open ON problems (account, connection, order_id, word)
    WHERE solved_at IS NULL;
-- It begins with the order for the same reason.
CREATE INDEX problems_of_order ON problems (order_id, connection, account);
CREATE INDEX problems_told ON problems (account, told_at)
    WHERE solved_at IS NOT NULL AND told_at IS NOT NULL;

-- `run` is the run in which it happened; NULL: a person did it.
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    connection TEXT NOT NULL,
    order_id TEXT NOT NULL,
    at TEXT NOT NULL,
    word TEXT NOT NULL,
    details TEXT NOT NULL DEFAULT '{}',
    run INTEGER
);
CREATE INDEX events_of_order ON events (account, connection, order_id, id);
CREATE INDEX events_of_run ON events (account, run) WHERE run IS NOT NULL;

-- The archive: cold tables with the columns of those above, column by column. An order is either
-- there or here, with all its rows; the keys stay unique in each, and an order that is here is never
-- added there (see `add_order`).
CREATE TABLE archived_orders AS SELECT * FROM orders WHERE false;
CREATE UNIQUE INDEX archived_orders_key ON archived_orders (account, connection, order_id);
CREATE INDEX archived_orders_by_number ON archived_orders (order_id, account);
CREATE INDEX archived_orders_by_shop_id ON archived_orders (shop_order_id, account)
    WHERE shop_order_id <> '';
CREATE INDEX archived_orders_by_shop_number ON archived_orders (shop_order_number, account)
    WHERE shop_order_number <> '';
CREATE INDEX archived_orders_by_placing ON archived_orders (account, placed_at);
CREATE INDEX archived_orders_by_status
    ON archived_orders (account, status, connection, placed_at);

CREATE TABLE archived_codes AS SELECT * FROM codes WHERE false;
CREATE UNIQUE INDEX archived_codes_key ON archived_codes (account, code, connection, order_id);
CREATE INDEX archived_codes_of_order ON archived_codes (order_id, connection, account, code);

CREATE TABLE archived_outbox AS SELECT * FROM outbox WHERE false;
CREATE UNIQUE INDEX archived_outbox_key
    ON archived_outbox (account, connection, order_id, kind, number);

CREATE TABLE archived_problems AS SELECT * FROM problems WHERE false;
CREATE INDEX archived_problems_of_order ON archived_problems (order_id, connection, account);

CREATE TABLE archived_events AS SELECT * FROM events WHERE false;
CREATE INDEX archived_events_of_order ON archived_events (account, connection, order_id, id);
CREATE INDEX archived_events_of_run ON archived_events (account, run) WHERE run IS NOT NULL;

-- Both together, for people who look: the runs read the hot tables.
CREATE VIEW all_orders AS SELECT * FROM orders UNION ALL SELECT * FROM archived_orders;
CREATE VIEW all_effects AS SELECT * FROM outbox UNION ALL SELECT * FROM archived_outbox;
CREATE VIEW all_problems AS SELECT * FROM problems UNION ALL SELECT * FROM archived_problems;
CREATE VIEW all_events AS SELECT * FROM events UNION ALL SELECT * FROM archived_events;

-- What was told on which way of [alerts]; `told_at` NULL: it did not go out yet.
CREATE TABLE alerts (
    account TEXT NOT NULL,
    way TEXT NOT NULL,
    topic TEXT NOT NULL,
    sentence TEXT NOT NULL,
    told_at TEXT,
    PRIMARY KEY (account, way, topic)
);

CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    command TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    outcome TEXT NOT NULL DEFAULT '',
    counts TEXT NOT NULL DEFAULT '{}'
);

CREATE TABLE successes (
    account TEXT NOT NULL,
    connection TEXT NOT NULL,
    stage TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (account, connection, stage)
);

CREATE TABLE shelf (
    account TEXT NOT NULL,
    connection TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    until TEXT,
    PRIMARY KEY (account, connection, name)
);

-- Access tokens stand here and nowhere else; backups and copies leave this table out.
CREATE TABLE tokens (
    account TEXT NOT NULL,
    connection TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    until TEXT,
    PRIMARY KEY (account, connection, name)
);

-- Prefixes of codes that this merchant's own, confirmed shipments with a carrier had.
CREATE TABLE learnt (
    account TEXT NOT NULL,
    connection TEXT NOT NULL,
    prefix TEXT NOT NULL,
    carrier TEXT NOT NULL,
    learnt_at TEXT NOT NULL,
    PRIMARY KEY (account, connection, prefix)
);

-- What a marketplace's SKU or EAN is in the shop; several rows with one sku are a bundle.
CREATE TABLE product_map (
    account TEXT NOT NULL,
    connection TEXT NOT NULL,
    sku TEXT NOT NULL,
    shop_sku TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    PRIMARY KEY (account, connection, sku, shop_sku)
);

-- The highest order id of a shop at a moment: whatever has a copy of an order that was placed later
-- came in above it.
CREATE TABLE shop_marks (
    account TEXT NOT NULL,
    connection TEXT NOT NULL,
    at TEXT NOT NULL,
    newest TEXT NOT NULL,
    PRIMARY KEY (account, connection, at)
);

CREATE TABLE budgets (
    account TEXT NOT NULL,
    connection TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (account, connection, name)
);
