BEGIN TRANSACTION;
CREATE TABLE alerts (
    account TEXT NOT NULL,
    way TEXT NOT NULL,
    topic TEXT NOT NULL,
    sentence TEXT NOT NULL,
    told_at TEXT,
    PRIMARY KEY (account, way, topic)
);
CREATE TABLE archived_codes(
  account TEXT,
  connection TEXT,
  order_id TEXT,
  code TEXT
);
CREATE TABLE archived_events(
  id INT,
  account TEXT,
  connection TEXT,
  order_id TEXT,
  at TEXT,
  word TEXT,
  details TEXT,
  run INT
);
CREATE TABLE archived_orders(
  account TEXT,
  connection TEXT,
  order_id TEXT,
  shop TEXT,
  status TEXT,
  placed_at TEXT,
  first_seen_at TEXT,
  seen_at TEXT,
  lines TEXT,
  partial INT,
  parcels TEXT,
  country TEXT,
  currency TEXT,
  total TEXT,
  reference TEXT,
  marks TEXT,
  edits TEXT,
  document TEXT,
  has_details INT,
  approved INT,
  create_anyway INT,
  released INT,
  refund_confirmed INT,
  site TEXT,
  ship_by TEXT,
  deliver_by TEXT,
  expires_on TEXT,
  shop_order_id TEXT,
  shop_order_number TEXT,
  shop_status TEXT,
  shop_seen_at TEXT,
  waiting_since TEXT,
  parcels_asked_at TEXT,
  closed_at TEXT,
  purged INT,
  closed_without_code INT,
  not_before TEXT,
  attempts INT,
  archived_at TEXT
);
CREATE TABLE archived_outbox(
  account TEXT,
  connection TEXT,
  order_id TEXT,
  kind TEXT,
  number INT,
  target TEXT,
  state TEXT,
  document TEXT,
  attempts INT,
  not_before TEXT,
  first_failed_at TEXT,
  started_at TEXT,
  quarantine_until TEXT,
  remote_ref TEXT,
  error TEXT
);
CREATE TABLE archived_problems(
  id INT,
  account TEXT,
  connection TEXT,
  order_id TEXT,
  word TEXT,
  since TEXT,
  sentence TEXT,
  details TEXT,
  told_at TEXT,
  solved_at TEXT
);
CREATE TABLE budgets (
    account TEXT NOT NULL,
    connection TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (account, connection, name)
);
INSERT INTO "budgets" VALUES('default','bol-1','orders','{"tokens": 23.0, "at": "2026-11-23T12:42:00+00:00", "until": null}');
INSERT INTO "budgets" VALUES('default','bol-1','order','{"tokens": 24.0, "at": "2026-11-23T12:42:00+00:00", "until": null}');
INSERT INTO "budgets" VALUES('default','bol-1','ship','{"tokens": 24.0, "at": "2026-11-23T12:42:00+00:00", "until": null}');
INSERT INTO "budgets" VALUES('default','bol-1','shipments','{"tokens": 25, "at": "2026-11-23T09:00:00+00:00", "until": null}');
INSERT INTO "budgets" VALUES('default','bol-1','shipment','{"tokens": 50, "at": "2026-11-23T09:00:00+00:00", "until": null}');
INSERT INTO "budgets" VALUES('default','bol-1','transport','{"tokens": 2, "at": "2026-11-23T09:00:00+00:00", "until": null}');
INSERT INTO "budgets" VALUES('default','bol-1','process_status','{"tokens": 1.0, "at": "2026-11-23T12:10:00+00:00", "until": null}');
INSERT INTO "budgets" VALUES('default','bol-1','process_status_of','{"tokens": 2, "at": "2026-11-23T09:00:00+00:00", "until": null}');
CREATE TABLE codes (
    account TEXT NOT NULL,
    connection TEXT NOT NULL,
    order_id TEXT NOT NULL,
    code TEXT NOT NULL,
    PRIMARY KEY (account, code, connection, order_id)
);
INSERT INTO "codes" VALUES('default','bol-1','C000000001','3SABCD1234567');
INSERT INTO "codes" VALUES('default','bol-1','C000000005','3SZZZZ7654321');
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
INSERT INTO "connections" VALUES('default','woocommerce-1','shop','woocommerce','4473b714fb093462442c82d71e0357a1','woo',NULL,'',NULL,NULL,'508');
INSERT INTO "connections" VALUES('default','bol-1','marketplace','bol','1a43605bdcb5a5e071479b9ae6835b51','bol','2026-11-23T09:00:00.000000Z','','2026-11-23T12:42:00.000000Z','2026-11-23T09:00:00.000000Z','');
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
INSERT INTO "events" VALUES(1,'default','bol-1','C000000001','2026-11-23T09:05:00.000000Z','seen','{}',2);
INSERT INTO "events" VALUES(2,'default','bol-1','C000000002','2026-11-23T09:05:00.000000Z','seen','{}',2);
INSERT INTO "events" VALUES(3,'default','bol-1','C000000003','2026-11-23T09:05:00.000000Z','seen','{}',2);
INSERT INTO "events" VALUES(4,'default','bol-1','C000000004','2026-11-23T09:05:00.000000Z','seen','{}',2);
INSERT INTO "events" VALUES(5,'default','bol-1','C000000005','2026-11-23T09:05:00.000000Z','seen','{}',2);
INSERT INTO "events" VALUES(6,'default','bol-1','C000000006','2026-11-23T09:05:00.000000Z','seen','{}',2);
INSERT INTO "events" VALUES(7,'default','bol-1','C000000007','2026-11-23T09:05:00.000000Z','seen','{}',2);
INSERT INTO "events" VALUES(8,'default','bol-1','C000000007','2026-11-23T09:05:00.000000Z','creation_refused','{"why":"the shop has no product for SKU NOT-IN-THE-SHOP"}',2);
INSERT INTO "events" VALUES(9,'default','bol-1','C000000007','2026-11-23T09:05:00.000000Z','problem','{"word":"product_unknown","why":"the shop has no product for SKU NOT-IN-THE-SHOP"}',2);
INSERT INTO "events" VALUES(10,'default','bol-1','C000000001','2026-11-23T09:05:00.000000Z','created','{"shop_order":"503"}',2);
INSERT INTO "events" VALUES(11,'default','bol-1','C000000002','2026-11-23T09:05:00.000000Z','created','{"shop_order":"504"}',2);
INSERT INTO "events" VALUES(12,'default','bol-1','C000000003','2026-11-23T09:05:00.000000Z','created','{"shop_order":"505"}',2);
INSERT INTO "events" VALUES(13,'default','bol-1','C000000004','2026-11-23T09:05:00.000000Z','created','{"shop_order":"506"}',2);
INSERT INTO "events" VALUES(14,'default','bol-1','C000000005','2026-11-23T09:05:00.000000Z','created','{"shop_order":"507"}',2);
INSERT INTO "events" VALUES(15,'default','bol-1','C000000006','2026-11-23T09:05:00.000000Z','created','{"shop_order":"508"}',2);
INSERT INTO "events" VALUES(16,'default','bol-1','C000000003','2026-11-23T09:05:00.000000Z','cancelled','{"shop_order":"505"}',3);
INSERT INTO "events" VALUES(17,'default','bol-1','C000000003','2026-11-23T09:05:00.000000Z','problem','{"word":"cancelled_at_marketplace","why":"it was cancelled at the marketplace: cancel shop order 505"}',3);
INSERT INTO "events" VALUES(18,'default','bol-1','C000000001','2026-11-23T09:05:00.000000Z','parcels','{"codes":"3SABCD1234567"}',3);
INSERT INTO "events" VALUES(19,'default','bol-1','C000000001','2026-11-23T09:05:00.000000Z','completed','{"code":"3SABCD1234567"}',3);
INSERT INTO "events" VALUES(20,'default','bol-1','C000000002','2026-11-23T09:05:00.000000Z','completed','{"code":"none yet"}',3);
INSERT INTO "events" VALUES(21,'default','bol-1','C000000001','2026-11-23T09:05:00.000000Z','accepted','{"code":"3SABCD1234567","ticket":"7000000001","why":"of your carriers the code fits this one best","carrier":"TNT"}',3);
INSERT INTO "events" VALUES(22,'default','bol-1','C000000001','2026-11-23T09:10:00.000000Z','shipped','{"code":"3SABCD1234567","carrier":"TNT"}',4);
INSERT INTO "events" VALUES(23,'default','bol-1','C000000002','2026-11-23T12:05:00.000000Z','wait_is_over','{}',39);
INSERT INTO "events" VALUES(24,'default','bol-1','C000000002','2026-11-23T12:05:00.000000Z','accepted','{"code":"none","ticket":"7000000002","why":"no code","carrier":"none"}',39);
INSERT INTO "events" VALUES(25,'default','bol-1','C000000002','2026-11-23T12:10:00.000000Z','shipped','{"code":"none","carrier":"none"}',40);
INSERT INTO "events" VALUES(26,'default','bol-1','C000000008','2026-11-23T12:40:00.000000Z','seen','{}',46);
INSERT INTO "events" VALUES(27,'default','bol-1','C000000008','2026-11-23T12:40:00.000000Z','problem','{"word":"creating_fails","why":"woo: no connection, the host did not answer in time; nothing was sent, it is tried again in the next run."}',46);
INSERT INTO "events" VALUES(28,'default','bol-1','C000000009','2026-11-23T12:42:00.000000Z','seen','{}',47);
INSERT INTO "events" VALUES(29,'default','bol-1','C000000009','2026-11-23T12:42:00.000000Z','outcome_unknown','{"kind":"create","why":"woo: the connection was cut before the answer was complete; whether POST /wp-json/wc/v3/orders was carried out is not known, so it is looked up before anything is sent again."}',47);
INSERT INTO "events" VALUES(30,'default','bol-1','C000000009','2026-11-23T12:42:00.000000Z','problem','{"word":"outcome_unknown","why":"create: woo: the connection was cut before the answer was complete; whether POST /wp-json/wc/v3/orders was carried out is not known, so it is looked up before anything is sent again."}',47);
INSERT INTO "events" VALUES(31,'default','bol-1','C000000005','2026-11-23T12:42:00.000000Z','parcels','{"codes":"3SZZZZ7654321"}',47);
INSERT INTO "events" VALUES(32,'default','bol-1','C000000005','2026-11-23T12:42:00.000000Z','completed','{"code":"3SZZZZ7654321"}',47);
INSERT INTO "events" VALUES(33,'default','bol-1','C000000004','2026-11-23T12:42:00.000000Z','completed','{"code":"none yet"}',47);
INSERT INTO "events" VALUES(34,'default','bol-1','C000000005','2026-11-23T12:42:00.000000Z','accepted','{"code":"3SZZZZ7654321","ticket":"7000000003","why":"of your carriers the code fits this one best","carrier":"TNT"}',47);
CREATE TABLE facts (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
INSERT INTO "facts" VALUES('origin','aef115344d17427c');
INSERT INTO "facts" VALUES('newest_time','2026-11-23T12:42:00.000000Z');
CREATE TABLE learnt (
    account TEXT NOT NULL,
    connection TEXT NOT NULL,
    prefix TEXT NOT NULL,
    carrier TEXT NOT NULL,
    learnt_at TEXT NOT NULL,
    PRIMARY KEY (account, connection, prefix)
);
CREATE TABLE order_counts (
    account TEXT NOT NULL,
    connection TEXT NOT NULL,
    shop TEXT NOT NULL,
    status TEXT NOT NULL,
    orders INTEGER NOT NULL,
    PRIMARY KEY (account, connection, shop, status)
);
INSERT INTO "order_counts" VALUES('default','bol-1','woocommerce-1','new',3);
INSERT INTO "order_counts" VALUES('default','bol-1','woocommerce-1','not_shipped',1);
INSERT INTO "order_counts" VALUES('default','bol-1','woocommerce-1','cancelled',1);
INSERT INTO "order_counts" VALUES('default','bol-1','woocommerce-1','pending_shipment',1);
INSERT INTO "order_counts" VALUES('default','bol-1','woocommerce-1','waiting',1);
INSERT INTO "order_counts" VALUES('default','bol-1','woocommerce-1','shipped',2);
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
INSERT INTO "orders" VALUES('default','bol-1','C000000001','woocommerce-1','shipped','2026-11-23T09:00:00Z','2026-11-23T09:05:00.000000Z','2026-11-23T09:25:00Z','[{"line_id":"2000000001","quantity":1,"shipped":1,"cancelled":0,"sku":"SKU-1","ean":"8712626055143","title":"Mug, blue","total":"12.99","by_marketplace":false,"label_by_marketplace":false,"cancellation_requested":false}]',0,'[{"code":"3SABCD1234567","shop_carrier":"","contents":[]}]','NL','EUR','12.99','bol::C000000001','[]','{}',NULL,1,1,0,0,0,'',NULL,'2026-11-25','2026-11-28','503','503','completed','2026-11-23T09:05:00Z',NULL,NULL,'2026-11-23T09:10:00.000000Z',0,0,NULL,0,NULL);
INSERT INTO "orders" VALUES('default','bol-1','C000000002','woocommerce-1','shipped','2026-11-23T09:00:00Z','2026-11-23T09:05:00.000000Z','2026-11-23T12:25:00Z','[{"line_id":"2000000002","quantity":1,"shipped":1,"cancelled":0,"sku":"SKU-1","ean":"8712626055143","title":"Mug, blue","total":"12.99","by_marketplace":false,"label_by_marketplace":false,"cancellation_requested":false}]',0,'[]','NL','EUR','12.99','bol::C000000002','[]','{}',NULL,1,1,0,0,0,'',NULL,'2026-11-25','2026-11-28','504','504','completed','2026-11-23T12:05:00Z','2026-11-23T09:05:00Z',NULL,'2026-11-23T12:10:00.000000Z',0,1,NULL,0,NULL);
INSERT INTO "orders" VALUES('default','bol-1','C000000003','woocommerce-1','cancelled','2026-11-23T09:00:00Z','2026-11-23T09:05:00.000000Z','2026-11-23T09:25:00Z','[{"line_id":"2000000003","quantity":1,"shipped":0,"cancelled":1,"sku":"SKU-1","ean":"8712626055143","title":"Mug, blue","total":"12.99","by_marketplace":false,"label_by_marketplace":false,"cancellation_requested":false}]',0,'[]','NL','EUR','12.99','bol::C000000003','[]','{}',NULL,1,1,0,0,0,'',NULL,'2026-11-25','2026-11-28','505','505','processing','2026-11-23T09:05:00Z',NULL,NULL,'2026-11-23T09:05:00.000000Z',0,0,NULL,0,NULL);
INSERT INTO "orders" VALUES('default','bol-1','C000000004','woocommerce-1','waiting','2026-11-23T09:00:00Z','2026-11-23T09:05:00.000000Z','2026-11-23T09:20:00Z','[{"line_id":"2000000004","quantity":1,"shipped":0,"cancelled":0,"sku":"SKU-1","ean":"8712626055143","title":"Mug, blue","total":"12.99","by_marketplace":false,"label_by_marketplace":false,"cancellation_requested":false}]',0,'[]','NL','EUR','12.99','bol::C000000004','[]','{}',NULL,1,1,0,0,0,'',NULL,'2026-11-25','2026-11-28','506','506','completed','2026-11-23T12:42:00Z','2026-11-23T12:42:00Z',NULL,NULL,0,0,NULL,0,NULL);
INSERT INTO "orders" VALUES('default','bol-1','C000000005','woocommerce-1','pending_shipment','2026-11-23T09:00:00Z','2026-11-23T09:05:00.000000Z','2026-11-23T09:20:00Z','[{"line_id":"2000000005","quantity":1,"shipped":0,"cancelled":0,"sku":"SKU-1","ean":"8712626055143","title":"Mug, blue","total":"12.99","by_marketplace":false,"label_by_marketplace":false,"cancellation_requested":false}]',0,'[{"code":"3SZZZZ7654321","shop_carrier":"","contents":[]}]','NL','EUR','12.99','bol::C000000005','[]','{}',NULL,1,1,0,0,0,'',NULL,'2026-11-25','2026-11-28','507','507','completed','2026-11-23T12:42:00Z',NULL,NULL,NULL,0,0,NULL,0,NULL);
INSERT INTO "orders" VALUES('default','bol-1','C000000006','woocommerce-1','not_shipped','2026-11-23T09:00:00Z','2026-11-23T09:05:00.000000Z','2026-11-23T09:20:00Z','[{"line_id":"2000000006","quantity":1,"shipped":0,"cancelled":0,"sku":"SKU-1","ean":"8712626055143","title":"Mug, blue","total":"12.99","by_marketplace":false,"label_by_marketplace":false,"cancellation_requested":false}]',0,'[]','NL','EUR','12.99','bol::C000000006','[]','{}',NULL,1,1,0,0,0,'',NULL,'2026-11-25','2026-11-28','508','508','processing','2026-11-23T12:42:00Z',NULL,NULL,NULL,0,0,NULL,0,NULL);
INSERT INTO "orders" VALUES('default','bol-1','C000000007','woocommerce-1','new','2026-11-23T09:00:00Z','2026-11-23T09:05:00.000000Z','2026-11-23T09:20:00Z','[{"line_id":"2000000007","quantity":1,"shipped":0,"cancelled":0,"sku":"NOT-IN-THE-SHOP","ean":"","title":"Mug, blue","total":"12.99","by_marketplace":false,"label_by_marketplace":false,"cancellation_requested":false}]',0,'[]','NL','EUR','12.99','bol::C000000007','[]','{}','{"id":"C000000007","placed_at":"2026-11-23T09:00:00Z","currency":"EUR","lines":[{"id":"2000000007","quantity":1,"unit_price":"12.99","total":"12.99","sku":"NOT-IN-THE-SHOP","ean":"","title":"Mug, blue","shipped":0,"cancelled":0,"by_marketplace":false,"label_by_marketplace":false,"cancellation_requested":false,"deliver_by":"2026-11-25","expires_on":"2026-11-28","commission":"1.3","discount":"0","services":[],"tax":null,"tax_rate":null}],"ship_to":{"first_name":"Noor","last_name":"van der Meer","company":"","street":"Havenstraat","house_number":"12","house_number_extension":"bis","extra":"","postal_code":"3511EV","city":"Utrecht","region":"","country":"NL","email":"noor.12.a1b2c3@verkopen.bol.com","phone":"","pickup_point":"","vat_id":"","company_registration":"","buyer_reference":"","language":"nl"},"bill_to":{"first_name":"Noor","last_name":"van der Meer","company":"","street":"Havenstraat","house_number":"12","house_number_extension":"bis","extra":"","postal_code":"3511EV","city":"Utrecht","region":"","country":"NL","email":"noor.12.a1b2c3@verkopen.bol.com","phone":"","pickup_point":"","vat_id":"","company_registration":"","buyer_reference":"","language":""},"shipping_cost":"0","marks":[],"not_ready":"","awaits_release":false,"charges":[],"shipping_tax":null,"shipping_method":"","fees":null,"message":"","gift_message":"","delivery_day":null,"ship_by":null,"tax_collected":false,"reverse_charge":false,"site":"","shipments":null}',1,1,0,0,0,'',NULL,'2026-11-25','2026-11-28','','','',NULL,NULL,NULL,NULL,0,0,NULL,0,NULL);
INSERT INTO "orders" VALUES('default','bol-1','C000000008','woocommerce-1','new','2026-11-23T12:35:00Z','2026-11-23T12:40:00.000000Z','2026-11-23T12:42:00Z','[{"line_id":"2000000008","quantity":1,"shipped":0,"cancelled":0,"sku":"SKU-1","ean":"8712626055143","title":"Mug, blue","total":"12.99","by_marketplace":false,"label_by_marketplace":false,"cancellation_requested":false}]',0,'[]','NL','EUR','12.99','bol::C000000008','[]','{}','{"id":"C000000008","placed_at":"2026-11-23T12:35:00Z","currency":"EUR","lines":[{"id":"2000000008","quantity":1,"unit_price":"12.99","total":"12.99","sku":"SKU-1","ean":"8712626055143","title":"Mug, blue","shipped":0,"cancelled":0,"by_marketplace":false,"label_by_marketplace":false,"cancellation_requested":false,"deliver_by":"2026-11-25","expires_on":"2026-11-28","commission":"1.3","discount":"0","services":[],"tax":null,"tax_rate":null}],"ship_to":{"first_name":"Noor","last_name":"van der Meer","company":"","street":"Havenstraat","house_number":"12","house_number_extension":"bis","extra":"","postal_code":"3511EV","city":"Utrecht","region":"","country":"NL","email":"noor.12.a1b2c3@verkopen.bol.com","phone":"","pickup_point":"","vat_id":"","company_registration":"","buyer_reference":"","language":"nl"},"bill_to":{"first_name":"Noor","last_name":"van der Meer","company":"","street":"Havenstraat","house_number":"12","house_number_extension":"bis","extra":"","postal_code":"3511EV","city":"Utrecht","region":"","country":"NL","email":"noor.12.a1b2c3@verkopen.bol.com","phone":"","pickup_point":"","vat_id":"","company_registration":"","buyer_reference":"","language":""},"shipping_cost":"0","marks":[],"not_ready":"","awaits_release":false,"charges":[],"shipping_tax":null,"shipping_method":"","fees":null,"message":"","gift_message":"","delivery_day":null,"ship_by":null,"tax_collected":false,"reverse_charge":false,"site":"","shipments":null}',1,1,0,0,0,'',NULL,'2026-11-25','2026-11-28','','','',NULL,NULL,NULL,NULL,0,0,NULL,0,NULL);
INSERT INTO "orders" VALUES('default','bol-1','C000000009','woocommerce-1','new','2026-11-23T12:40:00Z','2026-11-23T12:42:00.000000Z','2026-11-23T12:42:00Z','[{"line_id":"2000000009","quantity":1,"shipped":0,"cancelled":0,"sku":"SKU-1","ean":"8712626055143","title":"Mug, blue","total":"12.99","by_marketplace":false,"label_by_marketplace":false,"cancellation_requested":false}]',0,'[]','NL','EUR','12.99','bol::C000000009','[]','{}','{"id":"C000000009","placed_at":"2026-11-23T12:40:00Z","currency":"EUR","lines":[{"id":"2000000009","quantity":1,"unit_price":"12.99","total":"12.99","sku":"SKU-1","ean":"8712626055143","title":"Mug, blue","shipped":0,"cancelled":0,"by_marketplace":false,"label_by_marketplace":false,"cancellation_requested":false,"deliver_by":"2026-11-25","expires_on":"2026-11-28","commission":"1.3","discount":"0","services":[],"tax":null,"tax_rate":null}],"ship_to":{"first_name":"Noor","last_name":"van der Meer","company":"","street":"Havenstraat","house_number":"12","house_number_extension":"bis","extra":"","postal_code":"3511EV","city":"Utrecht","region":"","country":"NL","email":"noor.12.a1b2c3@verkopen.bol.com","phone":"","pickup_point":"","vat_id":"","company_registration":"","buyer_reference":"","language":"nl"},"bill_to":{"first_name":"Noor","last_name":"van der Meer","company":"","street":"Havenstraat","house_number":"12","house_number_extension":"bis","extra":"","postal_code":"3511EV","city":"Utrecht","region":"","country":"NL","email":"noor.12.a1b2c3@verkopen.bol.com","phone":"","pickup_point":"","vat_id":"","company_registration":"","buyer_reference":"","language":""},"shipping_cost":"0","marks":[],"not_ready":"","awaits_release":false,"charges":[],"shipping_tax":null,"shipping_method":"","fees":null,"message":"","gift_message":"","delivery_day":null,"ship_by":null,"tax_collected":false,"reverse_charge":false,"site":"","shipments":null}',1,1,0,0,0,'',NULL,'2026-11-25','2026-11-28','','','',NULL,NULL,NULL,NULL,0,0,NULL,0,NULL);
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
INSERT INTO "outbox" VALUES('default','bol-1','C000000001','create',1,'woocommerce-1','done','{"draft":{"document":{"status":"processing","currency":"EUR","payment_method":"orderlink","payment_method_title":"Paid at bol","transaction_id":"C000000001","set_paid":true,"line_items":[{"product_id":501,"quantity":1,"subtotal":"10.735537","total":"10.735537"}],"shipping_lines":[{"method_id":"orderlink","method_title":"bol","total":"0"}],"fee_lines":[]},"currency":"EUR","total":"12.99","lines":[{"sku":"SKU-1","quantity":1,"total":"12.99","product_id":"501","line_id":"2000000001"}],"public":["status","currency","payment_method","payment_method_title","transaction_id","set_paid","line_items","shipping_lines","fee_lines"],"fees":[],"remarks":[]},"above":"0"}',1,NULL,NULL,'2026-11-23T09:05:00Z',NULL,'503','');
INSERT INTO "outbox" VALUES('default','bol-1','C000000002','create',1,'woocommerce-1','done','{"draft":{"document":{"status":"processing","currency":"EUR","payment_method":"orderlink","payment_method_title":"Paid at bol","transaction_id":"C000000002","set_paid":true,"line_items":[{"product_id":501,"quantity":1,"subtotal":"10.735537","total":"10.735537"}],"shipping_lines":[{"method_id":"orderlink","method_title":"bol","total":"0"}],"fee_lines":[]},"currency":"EUR","total":"12.99","lines":[{"sku":"SKU-1","quantity":1,"total":"12.99","product_id":"501","line_id":"2000000002"}],"public":["status","currency","payment_method","payment_method_title","transaction_id","set_paid","line_items","shipping_lines","fee_lines"],"fees":[],"remarks":[]},"above":"0"}',1,NULL,NULL,'2026-11-23T09:05:00Z',NULL,'504','');
INSERT INTO "outbox" VALUES('default','bol-1','C000000003','create',1,'woocommerce-1','done','{"draft":{"document":{"status":"processing","currency":"EUR","payment_method":"orderlink","payment_method_title":"Paid at bol","transaction_id":"C000000003","set_paid":true,"line_items":[{"product_id":501,"quantity":1,"subtotal":"10.735537","total":"10.735537"}],"shipping_lines":[{"method_id":"orderlink","method_title":"bol","total":"0"}],"fee_lines":[]},"currency":"EUR","total":"12.99","lines":[{"sku":"SKU-1","quantity":1,"total":"12.99","product_id":"501","line_id":"2000000003"}],"public":["status","currency","payment_method","payment_method_title","transaction_id","set_paid","line_items","shipping_lines","fee_lines"],"fees":[],"remarks":[]},"above":"0"}',1,NULL,NULL,'2026-11-23T09:05:00Z',NULL,'505','');
INSERT INTO "outbox" VALUES('default','bol-1','C000000004','create',1,'woocommerce-1','done','{"draft":{"document":{"status":"processing","currency":"EUR","payment_method":"orderlink","payment_method_title":"Paid at bol","transaction_id":"C000000004","set_paid":true,"line_items":[{"product_id":501,"quantity":1,"subtotal":"10.735537","total":"10.735537"}],"shipping_lines":[{"method_id":"orderlink","method_title":"bol","total":"0"}],"fee_lines":[]},"currency":"EUR","total":"12.99","lines":[{"sku":"SKU-1","quantity":1,"total":"12.99","product_id":"501","line_id":"2000000004"}],"public":["status","currency","payment_method","payment_method_title","transaction_id","set_paid","line_items","shipping_lines","fee_lines"],"fees":[],"remarks":[]},"above":"0"}',1,NULL,NULL,'2026-11-23T09:05:00Z',NULL,'506','');
INSERT INTO "outbox" VALUES('default','bol-1','C000000005','create',1,'woocommerce-1','done','{"draft":{"document":{"status":"processing","currency":"EUR","payment_method":"orderlink","payment_method_title":"Paid at bol","transaction_id":"C000000005","set_paid":true,"line_items":[{"product_id":501,"quantity":1,"subtotal":"10.735537","total":"10.735537"}],"shipping_lines":[{"method_id":"orderlink","method_title":"bol","total":"0"}],"fee_lines":[]},"currency":"EUR","total":"12.99","lines":[{"sku":"SKU-1","quantity":1,"total":"12.99","product_id":"501","line_id":"2000000005"}],"public":["status","currency","payment_method","payment_method_title","transaction_id","set_paid","line_items","shipping_lines","fee_lines"],"fees":[],"remarks":[]},"above":"0"}',1,NULL,NULL,'2026-11-23T09:05:00Z',NULL,'507','');
INSERT INTO "outbox" VALUES('default','bol-1','C000000006','create',1,'woocommerce-1','done','{"draft":{"document":{"status":"processing","currency":"EUR","payment_method":"orderlink","payment_method_title":"Paid at bol","transaction_id":"C000000006","set_paid":true,"line_items":[{"product_id":501,"quantity":1,"subtotal":"10.735537","total":"10.735537"}],"shipping_lines":[{"method_id":"orderlink","method_title":"bol","total":"0"}],"fee_lines":[]},"currency":"EUR","total":"12.99","lines":[{"sku":"SKU-1","quantity":1,"total":"12.99","product_id":"501","line_id":"2000000006"}],"public":["status","currency","payment_method","payment_method_title","transaction_id","set_paid","line_items","shipping_lines","fee_lines"],"fees":[],"remarks":[]},"above":"0"}',1,NULL,NULL,'2026-11-23T09:05:00Z',NULL,'508','');
INSERT INTO "outbox" VALUES('default','bol-1','C000000007','create',1,'woocommerce-1','refused',NULL,0,NULL,NULL,NULL,NULL,'','');
INSERT INTO "outbox" VALUES('default','bol-1','C000000001','ship',1,'bol-1','done','{"shipment":{"order_id":"C000000001","reference":"orderlink-C000000001-1","lines":[{"line_id":"2000000001","quantity":1}],"code":"3SABCD1234567","carrier_code":"TNT","carrier_name":"","tracking_page":"https://postnl.nl/tracktrace/?B=3SABCD1234567","site":"","number":1,"left_at":"2026-11-23T09:05:00Z"},"tickets":[],"evidence":{"word":"configured","carrier":"postnl","why":"of your carriers the code fits this one best","shop_code":"3SABCD1234567"},"shipped_before":{}}',1,NULL,NULL,'2026-11-23T09:05:00Z',NULL,'7000000001','');
INSERT INTO "outbox" VALUES('default','bol-1','C000000002','ship',1,'bol-1','done','{"shipment":{"order_id":"C000000002","reference":"orderlink-C000000002-1","lines":[{"line_id":"2000000002","quantity":1}],"code":"","carrier_code":"","carrier_name":"","tracking_page":"","site":"","number":1,"left_at":"2026-11-23T09:05:00Z"},"tickets":[],"evidence":{"word":"no_code","carrier":"","why":"no code","shop_code":""},"shipped_before":{}}',1,NULL,NULL,'2026-11-23T12:05:00Z',NULL,'7000000002','');
INSERT INTO "outbox" VALUES('default','bol-1','C000000008','create',1,'woocommerce-1','due','{"draft":{"document":{"status":"processing","currency":"EUR","payment_method":"orderlink","payment_method_title":"Paid at bol","transaction_id":"C000000008","customer_note":"bol C000000008\nDeliver by: 2026-11-25","billing":{"first_name":"Noor","last_name":"van der Meer","company":"","address_1":"Havenstraat 12 bis","address_2":"","city":"Utrecht","state":"","postcode":"3511EV","country":"NL","phone":""},"shipping":{"first_name":"Noor","last_name":"van der Meer","company":"","address_1":"Havenstraat 12 bis","address_2":"","city":"Utrecht","state":"","postcode":"3511EV","country":"NL","phone":""},"line_items":[{"product_id":501,"quantity":1,"subtotal":"10.735537","total":"10.735537"}],"shipping_lines":[{"method_id":"orderlink","method_title":"bol","total":"0"}],"fee_lines":[],"meta_data":[{"key":"_orderlink_ref","value":"bol::C000000008"},{"key":"_orderlink_origin","value":"aef115344d17427c"},{"key":"_orderlink_buyer_email","value":"noor.12.a1b2c3@verkopen.bol.com"},{"key":"orderlink_commission","value":"1.30 EUR"}],"set_paid":true},"currency":"EUR","total":"12.99","lines":[{"sku":"SKU-1","quantity":1,"total":"12.99","product_id":"501","line_id":"2000000008"}],"public":["status","currency","payment_method","payment_method_title","transaction_id","set_paid","line_items","shipping_lines","fee_lines"],"fees":[],"remarks":[]},"above":"508"}',1,'2026-11-23T12:45:00Z','2026-11-23T12:40:00Z','2026-11-23T12:40:00Z',NULL,'','woo: no connection, the host did not answer in time; nothing was sent, it is tried again in the next run.');
INSERT INTO "outbox" VALUES('default','bol-1','C000000009','create',1,'woocommerce-1','unknown','{"draft":{"document":{"status":"processing","currency":"EUR","payment_method":"orderlink","payment_method_title":"Paid at bol","transaction_id":"C000000009","customer_note":"bol C000000009\nDeliver by: 2026-11-25","billing":{"first_name":"Noor","last_name":"van der Meer","company":"","address_1":"Havenstraat 12 bis","address_2":"","city":"Utrecht","state":"","postcode":"3511EV","country":"NL","phone":""},"shipping":{"first_name":"Noor","last_name":"van der Meer","company":"","address_1":"Havenstraat 12 bis","address_2":"","city":"Utrecht","state":"","postcode":"3511EV","country":"NL","phone":""},"line_items":[{"product_id":501,"quantity":1,"subtotal":"10.735537","total":"10.735537"}],"shipping_lines":[{"method_id":"orderlink","method_title":"bol","total":"0"}],"fee_lines":[],"meta_data":[{"key":"_orderlink_ref","value":"bol::C000000009"},{"key":"_orderlink_origin","value":"aef115344d17427c"},{"key":"_orderlink_buyer_email","value":"noor.12.a1b2c3@verkopen.bol.com"},{"key":"orderlink_commission","value":"1.30 EUR"}],"set_paid":true},"currency":"EUR","total":"12.99","lines":[{"sku":"SKU-1","quantity":1,"total":"12.99","product_id":"501","line_id":"2000000009"}],"public":["status","currency","payment_method","payment_method_title","transaction_id","set_paid","line_items","shipping_lines","fee_lines"],"fees":[],"remarks":[]},"above":"508"}',1,NULL,NULL,'2026-11-23T12:42:00Z','2026-11-23T12:57:00Z','','woo: the connection was cut before the answer was complete; whether POST /wp-json/wc/v3/orders was carried out is not known, so it is looked up before anything is sent again.');
INSERT INTO "outbox" VALUES('default','bol-1','C000000005','ship',1,'bol-1','accepted','{"shipment":{"order_id":"C000000005","reference":"orderlink-C000000005-1","lines":[{"line_id":"2000000005","quantity":1}],"code":"3SZZZZ7654321","carrier_code":"TNT","carrier_name":"","tracking_page":"https://postnl.nl/tracktrace/?B=3SZZZZ7654321","site":"","number":1,"left_at":"2026-11-23T12:42:00Z"},"tickets":[],"evidence":{"word":"configured","carrier":"postnl","why":"of your carriers the code fits this one best","shop_code":"3SZZZZ7654321"},"shipped_before":{}}',1,NULL,NULL,'2026-11-23T12:42:00Z',NULL,'7000000003','');
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
INSERT INTO "problems" VALUES(1,'default','bol-1','C000000007','product_unknown','2026-11-23T09:05:00.000000Z','the shop has no product for SKU NOT-IN-THE-SHOP','{"sku":"NOT-IN-THE-SHOP","ean":""}','2026-11-23T09:05:00.000000Z',NULL);
INSERT INTO "problems" VALUES(2,'default','bol-1','C000000003','cancelled_at_marketplace','2026-11-23T09:05:00.000000Z','it was cancelled at the marketplace: cancel shop order 505','{"shop_order":"505"}','2026-11-23T09:05:00.000000Z',NULL);
INSERT INTO "problems" VALUES(3,'default','bol-1','C000000008','creating_fails','2026-11-23T12:40:00.000000Z','woo: no connection, the host did not answer in time; nothing was sent, it is tried again in the next run.','{}',NULL,NULL);
INSERT INTO "problems" VALUES(4,'default','bol-1','C000000009','outcome_unknown','2026-11-23T12:42:00.000000Z','create: woo: the connection was cut before the answer was complete; whether POST /wp-json/wc/v3/orders was carried out is not known, so it is looked up before anything is sent again.','{}',NULL,NULL);
CREATE TABLE product_map (
    account TEXT NOT NULL,
    connection TEXT NOT NULL,
    sku TEXT NOT NULL,
    shop_sku TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    PRIMARY KEY (account, connection, sku, shop_sku)
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
INSERT INTO "runs" VALUES(1,'default','sync','2026-11-23T09:00:00.000000Z','2026-11-23T09:00:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(2,'default','sync','2026-11-23T09:05:00.000000Z','2026-11-23T09:05:00.000000Z','ok','{"imported": 7, "created": 6}');
INSERT INTO "runs" VALUES(3,'default','sync','2026-11-23T09:05:00.000000Z','2026-11-23T09:05:00.000000Z','ok','{"cancelled": 1, "pending_shipment": 1, "waiting": 1, "reported": 1}');
INSERT INTO "runs" VALUES(4,'default','sync','2026-11-23T09:10:00.000000Z','2026-11-23T09:10:00.000000Z','ok','{"shipped": 1}');
INSERT INTO "runs" VALUES(5,'default','sync','2026-11-23T09:15:00.000000Z','2026-11-23T09:15:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(6,'default','sync','2026-11-23T09:20:00.000000Z','2026-11-23T09:20:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(7,'default','sync','2026-11-23T09:25:00.000000Z','2026-11-23T09:25:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(8,'default','sync','2026-11-23T09:30:00.000000Z','2026-11-23T09:30:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(9,'default','sync','2026-11-23T09:35:00.000000Z','2026-11-23T09:35:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(10,'default','sync','2026-11-23T09:40:00.000000Z','2026-11-23T09:40:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(11,'default','sync','2026-11-23T09:45:00.000000Z','2026-11-23T09:45:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(12,'default','sync','2026-11-23T09:50:00.000000Z','2026-11-23T09:50:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(13,'default','sync','2026-11-23T09:55:00.000000Z','2026-11-23T09:55:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(14,'default','sync','2026-11-23T10:00:00.000000Z','2026-11-23T10:00:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(15,'default','sync','2026-11-23T10:05:00.000000Z','2026-11-23T10:05:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(16,'default','sync','2026-11-23T10:10:00.000000Z','2026-11-23T10:10:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(17,'default','sync','2026-11-23T10:15:00.000000Z','2026-11-23T10:15:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(18,'default','sync','2026-11-23T10:20:00.000000Z','2026-11-23T10:20:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(19,'default','sync','2026-11-23T10:25:00.000000Z','2026-11-23T10:25:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(20,'default','sync','2026-11-23T10:30:00.000000Z','2026-11-23T10:30:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(21,'default','sync','2026-11-23T10:35:00.000000Z','2026-11-23T10:35:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(22,'default','sync','2026-11-23T10:40:00.000000Z','2026-11-23T10:40:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(23,'default','sync','2026-11-23T10:45:00.000000Z','2026-11-23T10:45:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(24,'default','sync','2026-11-23T10:50:00.000000Z','2026-11-23T10:50:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(25,'default','sync','2026-11-23T10:55:00.000000Z','2026-11-23T10:55:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(26,'default','sync','2026-11-23T11:00:00.000000Z','2026-11-23T11:00:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(27,'default','sync','2026-11-23T11:05:00.000000Z','2026-11-23T11:05:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(28,'default','sync','2026-11-23T11:10:00.000000Z','2026-11-23T11:10:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(29,'default','sync','2026-11-23T11:15:00.000000Z','2026-11-23T11:15:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(30,'default','sync','2026-11-23T11:20:00.000000Z','2026-11-23T11:20:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(31,'default','sync','2026-11-23T11:25:00.000000Z','2026-11-23T11:25:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(32,'default','sync','2026-11-23T11:30:00.000000Z','2026-11-23T11:30:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(33,'default','sync','2026-11-23T11:35:00.000000Z','2026-11-23T11:35:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(34,'default','sync','2026-11-23T11:40:00.000000Z','2026-11-23T11:40:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(35,'default','sync','2026-11-23T11:45:00.000000Z','2026-11-23T11:45:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(36,'default','sync','2026-11-23T11:50:00.000000Z','2026-11-23T11:50:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(37,'default','sync','2026-11-23T11:55:00.000000Z','2026-11-23T11:55:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(38,'default','sync','2026-11-23T12:00:00.000000Z','2026-11-23T12:00:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(39,'default','sync','2026-11-23T12:05:00.000000Z','2026-11-23T12:05:00.000000Z','ok','{"pending_shipment": 1, "reported": 1}');
INSERT INTO "runs" VALUES(40,'default','sync','2026-11-23T12:10:00.000000Z','2026-11-23T12:10:00.000000Z','ok','{"shipped": 1}');
INSERT INTO "runs" VALUES(41,'default','sync','2026-11-23T12:15:00.000000Z','2026-11-23T12:15:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(42,'default','sync','2026-11-23T12:20:00.000000Z','2026-11-23T12:20:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(43,'default','sync','2026-11-23T12:25:00.000000Z','2026-11-23T12:25:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(44,'default','sync','2026-11-23T12:30:00.000000Z','2026-11-23T12:30:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(45,'default','sync','2026-11-23T12:35:00.000000Z','2026-11-23T12:35:00.000000Z','ok','{}');
INSERT INTO "runs" VALUES(46,'default','sync','2026-11-23T12:40:00.000000Z','2026-11-23T12:40:00.000000Z','ok','{"imported": 1}');
INSERT INTO "runs" VALUES(47,'default','sync','2026-11-23T12:42:00.000000Z','2026-11-23T12:42:00.000000Z','ok','{"imported": 1, "pending_shipment": 1, "waiting": 1, "reported": 1}');
CREATE TABLE shelf (
    account TEXT NOT NULL,
    connection TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    until TEXT,
    PRIMARY KEY (account, connection, name)
);
INSERT INTO "shelf" VALUES('default','bol-1','unfinished look','',NULL);
INSERT INTO "shelf" VALUES('default','woocommerce-1','settings','{"settings": {"woocommerce_currency": "EUR", "woocommerce_allowed_countries": "all", "woocommerce_all_except_countries": [], "woocommerce_specific_allowed_countries": [], "woocommerce_ship_to_countries": "", "woocommerce_specific_ship_to_countries": [], "woocommerce_default_country": "NL", "woocommerce_store_postcode": "", "woocommerce_store_city": "", "woocommerce_calc_taxes": "yes", "woocommerce_price_num_decimals": "2", "woocommerce_prices_include_tax": "yes", "woocommerce_tax_based_on": "shipping", "woocommerce_shipping_tax_class": "inherit", "woocommerce_tax_round_at_subtotal": "no"}, "rates": [{"id": 1, "country": "NL", "state": "", "postcode": "", "city": "", "postcodes": [], "cities": [], "rate": "21.0000", "priority": 1, "compound": false, "shipping": true, "order": 0, "class": "standard"}, {"id": 2, "country": "DE", "state": "", "postcode": "", "city": "", "postcodes": [], "cities": [], "rate": "19.0000", "priority": 1, "compound": false, "shipping": true, "order": 0, "class": "standard"}], "classes": ["standard", "reduced-rate", "zero-rate"]}','2026-11-23T13:40:00.000000Z');
INSERT INTO "shelf" VALUES('default','woocommerce-1','products','[["sku,ean,id\nSKU-1\n8712626055143",{"id":501,"parent_id":0,"kind":"simple","status":"publish","sku":"SKU-1","ean":"8712626055143","taxable":true,"tax_class":"","price":"99.00","stock":994}]]','2026-11-23T12:50:00.000000Z');
INSERT INTO "shelf" VALUES('default','woocommerce-1','orders in one write','10',NULL);
INSERT INTO "shelf" VALUES('default','woocommerce-1','parcels are not offered','1','2026-11-24T09:05:00.000000Z');
CREATE TABLE shop_marks (
    account TEXT NOT NULL,
    connection TEXT NOT NULL,
    at TEXT NOT NULL,
    newest TEXT NOT NULL,
    PRIMARY KEY (account, connection, at)
);
INSERT INTO "shop_marks" VALUES('default','woocommerce-1','2026-11-23T09:00:00.000000Z','0');
INSERT INTO "shop_marks" VALUES('default','woocommerce-1','2026-11-23T09:05:00.000000Z','508');
CREATE TABLE successes (
    account TEXT NOT NULL,
    connection TEXT NOT NULL,
    stage TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (account, connection, stage)
);
INSERT INTO "successes" VALUES('default','bol-1','import','2026-11-23T12:42:00.000000Z');
INSERT INTO "successes" VALUES('default','bol-1','push','2026-11-23T12:42:00.000000Z');
INSERT INTO "successes" VALUES('default','woocommerce-1','create','2026-11-23T12:42:00.000000Z');
INSERT INTO "successes" VALUES('default','woocommerce-1','poll','2026-11-23T12:42:00.000000Z');
CREATE TABLE tallies (
    account TEXT NOT NULL,
    hour TEXT NOT NULL,
    connection TEXT NOT NULL,
    word TEXT NOT NULL,
    kind TEXT NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (account, hour, connection, word, kind)
);
INSERT INTO "tallies" VALUES('default','2026-11-23T09:00:00.000000Z','bol-1','imported','',7);
INSERT INTO "tallies" VALUES('default','2026-11-23T09:00:00.000000Z','bol-1','problem','product_unknown',1);
INSERT INTO "tallies" VALUES('default','2026-11-23T09:00:00.000000Z','bol-1','created','',6);
INSERT INTO "tallies" VALUES('default','2026-11-23T09:00:00.000000Z','bol-1','cancelled','',1);
INSERT INTO "tallies" VALUES('default','2026-11-23T09:00:00.000000Z','bol-1','problem','cancelled_at_marketplace',1);
INSERT INTO "tallies" VALUES('default','2026-11-23T09:00:00.000000Z','bol-1','shipped','with_code',1);
INSERT INTO "tallies" VALUES('default','2026-11-23T12:00:00.000000Z','bol-1','shipped','without_code',1);
INSERT INTO "tallies" VALUES('default','2026-11-23T12:00:00.000000Z','bol-1','imported','',2);
INSERT INTO "tallies" VALUES('default','2026-11-23T12:00:00.000000Z','bol-1','problem','creating_fails',1);
INSERT INTO "tallies" VALUES('default','2026-11-23T12:00:00.000000Z','bol-1','problem','outcome_unknown',1);
CREATE TABLE tokens (
    account TEXT NOT NULL,
    connection TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    until TEXT,
    PRIMARY KEY (account, connection, name)
);
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
CREATE INDEX orders_by_number ON orders (order_id, account);
CREATE INDEX orders_by_shop_id ON orders (shop_order_id, account) WHERE shop_order_id <> '';
CREATE INDEX orders_by_shop_number ON orders (shop_order_number, account)
    WHERE shop_order_number <> '';
CREATE INDEX orders_partial ON orders (account, connection)
    WHERE partial = 1 AND status NOT IN ('shipped', 'cancelled', 'manual');
CREATE INDEX orders_by_placing ON orders (account, placed_at);
CREATE INDEX orders_by_status ON orders (account, status, connection, placed_at);
CREATE INDEX codes_of_order ON codes (order_id, connection, account, code);
CREATE INDEX outbox_repeated ON outbox (account, target, started_at)
    WHERE kind = 'create' AND state = 'done' AND attempts > 1;
CREATE INDEX outbox_open ON outbox (account, target, state)
    WHERE state IN ('due', 'started', 'accepted', 'unknown');
CREATE UNIQUE INDEX problems_open ON problems (account, connection, order_id, word)
    WHERE solved_at IS NULL;
CREATE INDEX problems_of_order ON problems (order_id, connection, account);
CREATE INDEX problems_told ON problems (account, told_at)
    WHERE solved_at IS NOT NULL AND told_at IS NOT NULL;
CREATE INDEX events_of_order ON events (account, connection, order_id, id);
CREATE INDEX events_of_run ON events (account, run) WHERE run IS NOT NULL;
CREATE UNIQUE INDEX archived_orders_key ON archived_orders (account, connection, order_id);
CREATE INDEX archived_orders_by_number ON archived_orders (order_id, account);
CREATE INDEX archived_orders_by_shop_id ON archived_orders (shop_order_id, account)
    WHERE shop_order_id <> '';
CREATE INDEX archived_orders_by_shop_number ON archived_orders (shop_order_number, account)
    WHERE shop_order_number <> '';
CREATE INDEX archived_orders_by_placing ON archived_orders (account, placed_at);
CREATE INDEX archived_orders_by_status
    ON archived_orders (account, status, connection, placed_at);
CREATE UNIQUE INDEX archived_codes_key ON archived_codes (account, code, connection, order_id);
CREATE INDEX archived_codes_of_order ON archived_codes (order_id, connection, account, code);
CREATE UNIQUE INDEX archived_outbox_key
    ON archived_outbox (account, connection, order_id, kind, number);
CREATE INDEX archived_problems_of_order ON archived_problems (order_id, connection, account);
CREATE INDEX archived_events_of_order ON archived_events (account, connection, order_id, id);
CREATE INDEX archived_events_of_run ON archived_events (account, run) WHERE run IS NOT NULL;
CREATE VIEW all_orders AS SELECT * FROM orders UNION ALL SELECT * FROM archived_orders;
CREATE VIEW all_effects AS SELECT * FROM outbox UNION ALL SELECT * FROM archived_outbox;
CREATE VIEW all_problems AS SELECT * FROM problems UNION ALL SELECT * FROM archived_problems;
CREATE VIEW all_events AS SELECT * FROM events UNION ALL SELECT * FROM archived_events;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('events',34);
INSERT INTO "sqlite_sequence" VALUES('problems',4);
COMMIT;
PRAGMA user_version = 1;
