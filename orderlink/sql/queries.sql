-- A parameter with a plus before it (kind = +:kind) is compared with a column that the condition of
-- a partial index names. Without the plus SQLite plans the statement anew for each value, to see
-- whether that index would do: five times the work of the statement itself.

-- fact --
SELECT value FROM facts WHERE name = :name
-- put_fact --
INSERT INTO facts (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value

-- connections --
SELECT * FROM connections WHERE account = :account ORDER BY id
-- connection --
SELECT * FROM connections WHERE account = :account AND id = :id
-- add_connection --
INSERT INTO connections (account, id, role, type, binding, label)
VALUES (:account, :id, :role, :type, :binding, :label)
-- label_connection --
UPDATE connections SET label = :label WHERE account = :account AND id = :id
-- first_run --
UPDATE connections SET first_run_at = :at
WHERE account = :account AND id = :id AND first_run_at IS NULL
-- correct_first_run --
UPDATE connections SET first_run_at = :at WHERE account = :account AND id = :id
-- looked --
UPDATE connections SET changes_until = :until WHERE account = :account AND id = :id
-- looked_at_all --
UPDATE connections SET changes_until = :until, full_look_at = :began, import_from = :import_from
WHERE account = :account AND id = :id
-- forget_looks --
UPDATE connections SET changes_until = NULL, full_look_at = NULL WHERE account = :account
-- forget_sightings --
UPDATE orders SET seen_at = '1970-01-01T00:00:00.000000Z', shop_seen_at = NULL
WHERE account = :account AND status NOT IN ('shipped', 'cancelled', 'manual')
-- mark_shop --
INSERT INTO shop_marks (account, connection, at, newest) VALUES (:account, :id, :at, :newest)
ON CONFLICT (account, connection, at) DO NOTHING
-- shop_mark --
SELECT newest FROM shop_marks WHERE account = :account AND connection = :id AND at <= :at
ORDER BY at DESC LIMIT 1
-- newest_shop_order --
UPDATE connections SET newest_shop_order = :newest WHERE account = :account AND id = :id

-- order --
SELECT * FROM orders
WHERE account = :account AND connection = :connection AND order_id = :order_id
-- add_order --
INSERT INTO orders (account, connection, order_id, shop, status, placed_at, first_seen_at, seen_at,
    lines, partial, reference)
SELECT :account, :connection, :order_id, :shop, :status, :placed_at, :first_seen_at, :seen_at,
    :lines, :partial, :reference
WHERE NOT EXISTS (SELECT 1 FROM archived_orders
    WHERE account = :account AND connection = :connection AND order_id = :order_id)
ON CONFLICT (account, connection, order_id) DO NOTHING
-- leave_out_order --
DELETE FROM orders WHERE account = :account AND connection = :connection AND order_id = :order_id
    AND status = 'new' AND shop_order_id = ''
RETURNING shop, first_seen_at
-- keep_report_edits --
UPDATE orders SET edits = (SELECT json_group_object(key, value) FROM json_each(edits)
    WHERE key LIKE 'report.%')
WHERE account = :account AND connection = :connection AND order_id = :order_id
-- change_status --
UPDATE orders SET status = :status, purged = 0,
    closed_at = CASE WHEN :status IN ('shipped', 'cancelled', 'manual') THEN :at END
WHERE account = :account AND connection = :connection AND order_id = :order_id AND status = +:old
    AND (status NOT IN ('shipped', 'cancelled') OR status = +:status)
-- correct_closed_at --
UPDATE orders SET closed_at = :now
WHERE account = :account AND purged = 0 AND closed_at IS NOT NULL AND closed_at > :now
-- unpurged_orders --
SELECT * FROM orders WHERE account = :account AND purged = 0 AND closed_at IS NOT NULL
    AND closed_at < :closed_before
ORDER BY closed_at LIMIT :limit
-- unpurged_unreadable --
SELECT orders.* FROM orders
JOIN problems ON problems.account = orders.account AND problems.connection = orders.connection
    AND problems.order_id = orders.order_id AND problems.word = 'unreadable'
    AND problems.solved_at IS NULL
WHERE orders.account = :account AND orders.document IS NOT NULL AND orders.status = 'new'
    AND orders.seen_at < :seen_before
ORDER BY orders.seen_at LIMIT :limit
-- archivable_orders --
SELECT * FROM orders WHERE account = :account AND purged = 1 AND closed_at IS NOT NULL
    AND closed_at < :closed_before
    AND NOT EXISTS (SELECT 1 FROM problems WHERE problems.account = orders.account
        AND problems.connection = orders.connection AND problems.order_id = orders.order_id
        AND (problems.solved_at IS NULL OR problems.told_at IS NOT NULL))
    AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.account = orders.account
        AND outbox.connection = orders.connection AND outbox.order_id = orders.order_id
        AND outbox.state IN ('due', 'started', 'accepted', 'unknown'))
ORDER BY closed_at LIMIT :limit
-- archived_order --
SELECT * FROM archived_orders
WHERE account = :account AND connection = :connection AND order_id = :order_id
-- has_archived --
SELECT 1 FROM archived_orders LIMIT 1
-- date_archiving --
UPDATE orders SET archived_at = :at
WHERE account = :account AND connection = :connection AND order_id = :order_id
-- purged_order --
UPDATE orders SET purged = 1, document = NULL, edits = '{}', has_details = 0
WHERE account = :account AND connection = :connection AND order_id = :order_id
-- purge_events --
UPDATE events SET details = '{}' WHERE account = :account AND connection = :connection
    AND order_id = :order_id AND word IN ('problem', 'creation_refused', 'shipment_refused',
    'late_code_refused', 'outcome_unknown', 'edited')
-- purge_problems --
UPDATE problems SET sentence = '', details = '{}' WHERE account = :account
    AND connection = :connection AND order_id = :order_id
-- purge_effects --
UPDATE outbox SET error = '' WHERE account = :account
    AND connection = :connection AND order_id = :order_id
-- forget_documents --
UPDATE orders SET document = NULL, has_details = 0 WHERE document IS NOT NULL
-- forget_edits --
UPDATE orders SET edits = (SELECT json_group_object(key, value) FROM json_each(edits)
    WHERE key NOT LIKE 'shipping.%' AND key NOT LIKE 'billing.%')
WHERE edits <> '{}'
-- forget_events --
UPDATE events SET details = CASE word
    WHEN 'problem' THEN json_object('word', json_extract(details, '$.word'))
    WHEN 'edited' THEN json_object('field', json_extract(details, '$.field'),
        'by', json_extract(details, '$.by'))
    ELSE '{}' END
WHERE order_id <> '' AND details <> '{}' AND word IN ('problem', 'creation_refused',
    'shipment_refused', 'late_code_refused', 'outcome_unknown', 'edited')
-- forget_problems --
UPDATE problems SET sentence = '', details = '{}' WHERE order_id <> ''
-- shorten_problems --
UPDATE problems SET sentence = :meaning
WHERE order_id <> '' AND word = :word AND solved_at IS NULL
-- forget_errors --
UPDATE outbox SET error = '' WHERE error <> ''
-- unsettled_creations --
SELECT * FROM outbox WHERE kind = 'create' AND state <> 'done' AND document IS NOT NULL
-- personal_data --
SELECT COUNT(*) AS orders, MIN(first_seen_at) AS oldest FROM orders
WHERE account = :account AND document IS NOT NULL AND first_seen_at > ''
-- open_orders --
SELECT * FROM orders WHERE account = :account AND connection = :connection
    AND status NOT IN ('shipped', 'cancelled', 'manual')
ORDER BY +placed_at, order_id
-- missing_orders --
SELECT * FROM orders WHERE account = :account AND connection = :connection
    AND status NOT IN ('shipped', 'cancelled', 'manual') AND seen_at < :seen_before
ORDER BY +placed_at, order_id
-- new_orders --
SELECT * FROM orders WHERE account = :account AND connection = :connection
    AND status NOT IN ('shipped', 'cancelled', 'manual') AND status = 'new'
ORDER BY attempts, placed_at, order_id
-- count_unapproved --
SELECT COUNT(*) AS orders FROM orders WHERE account = :account AND connection = :connection
    AND status NOT IN ('shipped', 'cancelled', 'manual') AND status = 'new' AND approved = 0
-- approve_new_orders --
UPDATE orders SET approved = 1 WHERE account = :account AND connection = :connection
    AND status NOT IN ('shipped', 'cancelled', 'manual') AND status = 'new'
-- followed_orders --
SELECT * FROM orders WHERE account = :account AND shop = :shop
    AND status IN ('not_shipped', 'waiting', 'pending_shipment')
ORDER BY +placed_at, order_id
-- late_orders --
SELECT * FROM orders WHERE account = :account AND shop = :shop AND closed_without_code = 1
    AND closed_at >= :closed_after AND status = 'shipped'
ORDER BY closed_at, order_id
-- orders_named --
SELECT * FROM all_orders WHERE account = :account AND order_id = :name
UNION SELECT * FROM all_orders
WHERE account = :account AND shop_order_id = :name AND shop_order_id <> ''
UNION SELECT * FROM all_orders
WHERE account = :account AND shop_order_number = :number AND shop_order_number <> ''
UNION SELECT orders.* FROM codes
JOIN orders ON orders.account = codes.account AND orders.connection = codes.connection
    AND orders.order_id = codes.order_id
WHERE codes.account = :account AND codes.code = :code
UNION SELECT archived_orders.* FROM archived_codes AS codes
JOIN archived_orders ON archived_orders.account = codes.account
    AND archived_orders.connection = codes.connection
    AND archived_orders.order_id = codes.order_id
WHERE codes.account = :account AND codes.code = :code
ORDER BY connection, placed_at
-- followed_numbers --
SELECT order_id, connection, status FROM orders WHERE account = :account
    AND status NOT IN ('shipped', 'cancelled', 'manual')
    AND order_id >= :prefix AND order_id < :end
ORDER BY +placed_at DESC, order_id LIMIT :limit
-- numbers --
SELECT order_id, connection, status FROM orders WHERE account = :account
    AND status IN ('shipped', 'cancelled', 'manual')
    AND order_id >= :prefix AND order_id < :end
ORDER BY order_id LIMIT :limit
-- listed_orders --
SELECT * FROM orders WHERE account = :account AND connection = :connection
    AND status = :status AND placed_at >= :since
ORDER BY placed_at DESC, order_id DESC LIMIT :limit
-- all_listed_orders --
SELECT * FROM all_orders WHERE account = :account AND connection = :connection
    AND status = :status AND placed_at >= :since
ORDER BY placed_at DESC, order_id DESC LIMIT :limit
-- exported_orders --
SELECT * FROM all_orders WHERE account = :account
    AND (:status = '' OR status = :status) AND (:connection = '' OR connection = :connection)
    AND placed_at >= :since AND placed_at < :until
ORDER BY placed_at, connection, order_id
-- exported_shipments --
SELECT * FROM all_effects WHERE account = :account AND kind IN ('ship', 'update_tracking')
    AND document IS NOT NULL AND (:connection = '' OR connection = :connection)
    AND started_at >= :since AND started_at < :until
ORDER BY started_at, connection, order_id, kind, number
-- exported_problems --
SELECT * FROM all_problems WHERE account = :account
    AND (:connection = '' OR connection = :connection) AND since >= :since AND since < :until
ORDER BY since, id
-- add_code --
INSERT INTO codes (account, connection, order_id, code)
VALUES (:account, :connection, :order_id, :code)
ON CONFLICT (account, code, connection, order_id) DO NOTHING
-- count_order --
INSERT INTO order_counts (account, connection, shop, status, orders)
VALUES (:account, :connection, :shop, :status, :difference)
ON CONFLICT (account, connection, shop, status)
DO UPDATE SET orders = order_counts.orders + excluded.orders
-- order_counts --
SELECT connection, shop, status, orders FROM order_counts
WHERE account = :account AND orders <> 0
-- partial_orders --
SELECT connection, COUNT(*) AS orders FROM orders WHERE account = :account
    AND partial = 1 AND status NOT IN ('shipped', 'cancelled', 'manual')
GROUP BY connection
-- order_steps --
SELECT orders.connection, orders.placed_at,
    MIN(CASE WHEN events.word IN ('created', 'found_in_shop') THEN events.at END) AS in_shop_at,
    MIN(CASE WHEN events.word = 'completed' THEN events.at END) AS completed_at,
    CASE WHEN orders.status = 'shipped' THEN orders.closed_at END AS shipped_at
FROM orders
LEFT JOIN events ON events.account = orders.account AND events.connection = orders.connection
    AND events.order_id = orders.order_id
WHERE orders.account = :account AND orders.placed_at >= :since
GROUP BY orders.account, orders.connection, orders.order_id
UNION ALL SELECT orders.connection, orders.placed_at,
    MIN(CASE WHEN events.word IN ('created', 'found_in_shop') THEN events.at END) AS in_shop_at,
    MIN(CASE WHEN events.word = 'completed' THEN events.at END) AS completed_at,
    CASE WHEN orders.status = 'shipped' THEN orders.closed_at END AS shipped_at
FROM archived_orders AS orders
LEFT JOIN archived_events AS events ON events.account = orders.account AND events.connection = orders.connection
    AND events.order_id = orders.order_id
WHERE orders.account = :account AND orders.placed_at >= :since
GROUP BY orders.account, orders.connection, orders.order_id
-- tally --
INSERT INTO tallies (account, hour, connection, word, kind, times)
VALUES (:account, :hour, :connection, :word, :kind, :times)
ON CONFLICT (account, hour, connection, word, kind)
DO UPDATE SET times = tallies.times + excluded.times
-- tallies --
SELECT hour, connection, word, kind, times FROM tallies
WHERE account = :account AND hour >= :since AND times <> 0
ORDER BY hour, connection, word, kind
-- waiting_orders --
SELECT * FROM orders WHERE account = :account AND status = 'waiting'
ORDER BY waiting_since, placed_at LIMIT :limit
-- dated_orders --
SELECT * FROM orders WHERE account = :account
    AND status NOT IN ('shipped', 'cancelled', 'manual')
    AND (ship_by <= :day OR expires_on <= :day OR deliver_by <= :day)
ORDER BY COALESCE(ship_by, expires_on, deliver_by), placed_at LIMIT :limit

-- effect --
SELECT * FROM outbox WHERE account = :account AND connection = :connection
    AND order_id = :order_id AND kind = :kind AND number = :number
-- effects_of_order --
SELECT * FROM all_effects WHERE account = :account AND connection = :connection
    AND order_id = :order_id ORDER BY kind, number
-- effects_of_kind --
SELECT * FROM outbox WHERE account = :account AND connection = :connection
    AND order_id = :order_id AND kind = +:kind ORDER BY number
-- open_effects --
SELECT * FROM outbox WHERE account = :account AND target = :target
    AND state IN ('due', 'started', 'accepted', 'unknown') AND state = :state
ORDER BY attempts, connection, order_id, kind, number
-- repeated_creations --
SELECT * FROM outbox WHERE account = :account AND target = :target
    AND kind = 'create' AND state = 'done' AND attempts > 1 AND started_at >= :since
-- add_effect --
INSERT INTO outbox (account, connection, order_id, kind, number, target, state, document)
VALUES (:account, :connection, :order_id, :kind, :number, :target, :state, :document)
-- change_effect --
UPDATE outbox SET state = :state, document = :document, attempts = :attempts,
    not_before = :not_before, first_failed_at = :first_failed_at, started_at = :started_at,
    quarantine_until = :quarantine_until, remote_ref = :remote_ref, error = :error
WHERE account = :account AND connection = :connection AND order_id = :order_id
    AND kind = +:kind AND number = :number AND state = +:old_state AND attempts = +:old_attempts
-- recover_started --
UPDATE outbox SET state = 'unknown', quarantine_until = NULL WHERE account = :account
    AND state IN ('due', 'started', 'accepted', 'unknown') AND state = 'started'

-- open_problem --
INSERT INTO problems (account, connection, order_id, word, since, sentence, details)
VALUES (:account, :connection, :order_id, :word, :since, :sentence, :details)
ON CONFLICT (account, connection, order_id, word) WHERE solved_at IS NULL
DO UPDATE SET sentence = excluded.sentence, details = excluded.details
-- reopen_problem --
UPDATE problems SET solved_at = NULL, sentence = :sentence, details = :details,
    told_at = CASE sentence WHEN :sentence THEN told_at END
WHERE id = (SELECT MAX(id) FROM problems WHERE account = :account AND connection = :connection
    AND order_id = :order_id AND word = :word AND solved_at IS NOT NULL AND told_at IS NOT NULL)
-- open_problem_of --
SELECT * FROM problems WHERE account = :account AND connection = :connection
    AND order_id = :order_id AND word = :word AND solved_at IS NULL
-- open_problems_of_order --
SELECT * FROM problems WHERE account = :account AND connection = :connection
    AND order_id = :order_id AND solved_at IS NULL ORDER BY since, word
-- open_problems --
SELECT * FROM problems WHERE account = :account AND solved_at IS NULL
ORDER BY since, connection, order_id, word
-- problem_days --
SELECT problems.connection, problems.order_id, orders.ship_by, orders.expires_on, orders.deliver_by
FROM problems
JOIN orders ON orders.account = problems.account AND orders.connection = problems.connection
    AND orders.order_id = problems.order_id
WHERE problems.account = :account AND problems.solved_at IS NULL
    AND orders.status NOT IN ('shipped', 'cancelled', 'manual')
-- solve_problem --
UPDATE problems SET solved_at = :at WHERE account = :account AND connection = :connection
    AND order_id = :order_id AND word = :word AND solved_at IS NULL
-- problems_solved_and_told --
SELECT * FROM problems WHERE account = :account AND solved_at IS NOT NULL AND told_at IS NOT NULL
ORDER BY solved_at
-- told_problem --
UPDATE problems SET told_at = :at WHERE id = :id

-- add_event --
INSERT INTO events (account, connection, order_id, at, word, details, run)
VALUES (:account, :connection, :order_id, :at, :word, :details, :run)
-- events_of_order --
SELECT * FROM all_events WHERE account = :account AND connection = :connection
    AND order_id = :order_id ORDER BY id

-- add_run --
INSERT INTO runs (account, command, started_at) VALUES (:account, :command, :started_at)
RETURNING id
-- end_run --
UPDATE runs SET ended_at = :ended_at, outcome = :outcome, counts = :counts WHERE id = :id
-- last_run --
SELECT * FROM runs WHERE account = :account ORDER BY id DESC LIMIT 1
-- first_start --
SELECT started_at FROM runs WHERE account = :account ORDER BY id LIMIT 1
-- run --
SELECT * FROM runs WHERE account = :account AND id = :id
-- runs_before --
SELECT * FROM runs WHERE account = :account AND id < :before
    AND started_at >= :since AND started_at < :until
    AND (:order_id = '' OR id IN (SELECT run FROM all_events WHERE account = :account
        AND connection = :connection AND order_id = :order_id))
    AND (:place = ''
        OR id IN (SELECT run FROM all_events WHERE account = :account AND connection = :place)
        OR id IN (SELECT run FROM orders JOIN events ON events.account = orders.account
            AND events.connection = orders.connection AND events.order_id = orders.order_id
            WHERE orders.account = :account AND orders.shop = :place)
        OR id IN (SELECT run FROM archived_orders AS orders JOIN archived_events AS events
            ON events.account = orders.account AND events.connection = orders.connection
            AND events.order_id = orders.order_id
            WHERE orders.account = :account AND orders.shop = :place))
ORDER BY id DESC LIMIT :limit
-- troubles_of_runs --
SELECT * FROM all_events WHERE account = :account AND run BETWEEN :first AND :last
    AND word IN ('problem', 'problem_lasts', 'fault', 'broken_off')
ORDER BY id
-- events_of_run --
SELECT * FROM all_events WHERE account = :account AND run = :run ORDER BY id
-- succeeded --
INSERT INTO successes (account, connection, stage, at)
VALUES (:account, :connection, :stage, :at)
ON CONFLICT (account, connection, stage) DO UPDATE SET at = excluded.at
-- successes --
SELECT connection, stage, at FROM successes WHERE account = :account ORDER BY connection, stage

-- alerts --
SELECT topic, sentence, told_at FROM alerts WHERE account = :account AND way = :way ORDER BY topic
-- note_alert --
INSERT INTO alerts (account, way, topic, sentence, told_at)
VALUES (:account, :way, :topic, :sentence, :told_at)
ON CONFLICT (account, way, topic)
DO UPDATE SET sentence = excluded.sentence, told_at = excluded.told_at
-- forget_alert --
DELETE FROM alerts WHERE account = :account AND way = :way AND topic = :topic

-- shelf_values --
SELECT name, value, until FROM shelf WHERE account = :account AND connection = :connection
-- empty_shelves --
DELETE FROM shelf WHERE account = :account
-- put_on_shelf --
INSERT INTO shelf (account, connection, name, value, until)
VALUES (:account, :connection, :name, :value, :until)
ON CONFLICT (account, connection, name)
DO UPDATE SET value = excluded.value, until = excluded.until
-- token_values --
SELECT name, value, until FROM tokens WHERE account = :account AND connection = :connection
-- put_token --
INSERT INTO tokens (account, connection, name, value, until)
VALUES (:account, :connection, :name, :value, :until)
ON CONFLICT (account, connection, name)
DO UPDATE SET value = excluded.value, until = excluded.until
-- drop_expired_tokens --
DELETE FROM tokens WHERE until IS NOT NULL AND until <= :now
-- product_map --
SELECT connection, sku, shop_sku, quantity FROM product_map WHERE account = :account
    AND (:connection = '*' OR connection IN ('', :connection))
ORDER BY sku, connection, shop_sku
-- map_product --
INSERT INTO product_map (account, connection, sku, shop_sku, quantity)
VALUES (:account, :connection, :sku, :shop_sku, :quantity)
ON CONFLICT (account, connection, sku, shop_sku) DO UPDATE SET quantity = excluded.quantity
-- unmap_product --
DELETE FROM product_map WHERE account = :account AND connection = :connection AND sku = :sku
-- learnt --
SELECT prefix, carrier FROM learnt WHERE account = :account AND connection = :connection
ORDER BY prefix
-- learn --
INSERT INTO learnt (account, connection, prefix, carrier, learnt_at)
VALUES (:account, :connection, :prefix, :carrier, :at)
ON CONFLICT (account, connection, prefix)
DO UPDATE SET carrier = excluded.carrier, learnt_at = excluded.learnt_at
-- forget_learnt --
DELETE FROM learnt WHERE account = :account AND prefix = :prefix
-- budgets --
SELECT name, state FROM budgets WHERE account = :account AND connection = :connection
-- put_budget --
INSERT INTO budgets (account, connection, name, state)
VALUES (:account, :connection, :name, :state)
ON CONFLICT (account, connection, name) DO UPDATE SET state = excluded.state
