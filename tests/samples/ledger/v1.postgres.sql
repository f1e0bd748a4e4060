CREATE FUNCTION entries_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'the record is append-only'; END $$;
CREATE TABLE entries (
    seq integer NOT NULL,
    event_id text NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    version integer NOT NULL,
    by text NOT NULL,
    at text NOT NULL,
    on_day text NOT NULL,
    payload text NOT NULL,
    previous text NOT NULL,
    hash text NOT NULL
);
CREATE TABLE ledger_schema (
    version integer NOT NULL
);
CREATE SEQUENCE ledger_schema_version_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE ledger_schema_version_seq OWNED BY ledger_schema.version;
CREATE TABLE subjects (
    subject text NOT NULL,
    version integer NOT NULL
);
ALTER TABLE ONLY ledger_schema ALTER COLUMN version SET DEFAULT nextval('ledger_schema_version_seq'::regclass);
INSERT INTO entries VALUES (1, 'fffc6b9dfe9aa905febe6d70c197f51a', 'dispute_flagged', 'dispute:B-1', 1, 'Ben Cho', '2026-03-31T12:30:00.000000+00:00', '2026-03-31', '{"amount":null,"invoice_id":"B-1","note":"Birch says the price list of 2025 was promised","reason":"price","received_at":null}', '0000000000000000000000000000000000000000000000000000000000000000', 'd59b81c579aaf5b290e7742e29cd070f2c6522b90fb3b77b26f2ceb732afba5f');
INSERT INTO entries VALUES (2, '0d9ea46f702b8838c3585a38e8e775d5', 'decision', 'alder/routine/USD', 1, 'Ana Ruiz', '2026-03-31T14:30:00.000000+00:00', '2026-03-31', '{"approved_hash":"2b18aa2c16a8ddb254658460dd2fd06d14d19aa373f495bc79db52a582bce316","batch":"","case_id":"alder/routine/USD","customer_id":"alder","draft_body":"Dear Maria Shaw,\n\nInvoice A-1 for $1,000.00 was due on 9 February 2026. It is now 50 days past due.\n\nPlease reply with the date on which it will be paid. If something on our side is in the way, tell us what it is and we will look into it at once. If someone else decides on this payment, please tell us who.\n\nIf it has already been paid, please send us the remittance reference so that we can match it.\n\nKind regards,\nAccounts Receivable\nNorthlight Software","draft_subject":"Payment date needed: invoice A-1 from Northlight Software, $1,000.00, due 9 February 2026","edit_rate":0.0,"final_body":"Dear Maria Shaw,\n\nInvoice A-1 for $1,000.00 was due on 9 February 2026. It is now 50 days past due.\n\nPlease reply with the date on which it will be paid. If something on our side is in the way, tell us what it is and we will look into it at once. If someone else decides on this payment, please tell us who.\n\nIf it has already been paid, please send us the remittance reference so that we can match it.\n\nKind regards,\nAccounts Receivable\nNorthlight Software","hold_until":null,"invoice_ids":["A-1"],"lane":"routine","model":"","new_lane":null,"note":"","policy":"5c487a3c6e5ac013","prompt":"reminder@993c8180","protected_change":false,"reason":null,"review_seconds":null,"rule":"routine","seen":{"A-1 has the PO number":"unknown","A-1 has the terms":"NET30","A-1 is due on":"9 February 2026","A-1 is open with":"$1,000.00","the address is":"maria@alder.test","the contact is":"Maria Shaw","the contract''s terms are":"unknown","the customer''s terms are":"NET30"},"subject":"Payment date needed: invoice A-1 from Northlight Software, $1,000.00, due 9 February 2026","to":"maria@alder.test","verdict":"approve"}', 'd59b81c579aaf5b290e7742e29cd070f2c6522b90fb3b77b26f2ceb732afba5f', '368081799fbc2bbb80ad598dc07ddaba8b4378deadb33a77825dbff35770afa8');
INSERT INTO entries VALUES (3, 'e1e138b67f8df39db8302a760c47f629', 'handing_over', 'alder/routine/USD', 2, 'outbox', '2026-03-31T14:30:00.000000+00:00', '2026-03-31', '{"approved_hash":"2b18aa2c16a8ddb254658460dd2fd06d14d19aa373f495bc79db52a582bce316","channel":"eml","customer_id":"alder","event_id":"0d9ea46f702b8838c3585a38e8e775d5","file":"outbox/2026-03-31_alder_319da2b5ed48.eml","message_id":"<319da2b5ed4893bd61141ffea69c1efd@countback.invalid>","sha256":"a1fd1cfdc264ad93eab82ffe63805d916d3a86db6466bcb4d762e9758a6480ef"}', '368081799fbc2bbb80ad598dc07ddaba8b4378deadb33a77825dbff35770afa8', 'f129b002a5eb756976f17131f5bb41027acdcfe5238f1ff3b0208485b4762695');
INSERT INTO entries VALUES (4, 'aed68e1bb90d1e4605bf6fba56043c74', 'handed_over', 'alder/routine/USD', 3, 'outbox', '2026-03-31T14:30:00.000000+00:00', '2026-03-31', '{"channel":"eml","claim":"e1e138b67f8df39db8302a760c47f629","event_id":"0d9ea46f702b8838c3585a38e8e775d5","file":"outbox/2026-03-31_alder_319da2b5ed48.eml","is_final":false,"message_id":"<319da2b5ed4893bd61141ffea69c1efd@countback.invalid>","said":"Written to the outbox folder.","sha256":"a1fd1cfdc264ad93eab82ffe63805d916d3a86db6466bcb4d762e9758a6480ef"}', 'f129b002a5eb756976f17131f5bb41027acdcfe5238f1ff3b0208485b4762695', '956c41c90344b1682cdd9d1111fa05e729952a85618c0a0ee5b0ae1af47735e2');
INSERT INTO ledger_schema VALUES (1);
INSERT INTO subjects VALUES ('alder/routine/USD', 3);
INSERT INTO subjects VALUES ('dispute:B-1', 1);
ALTER TABLE ONLY entries
    ADD CONSTRAINT entries_event_id_key UNIQUE (event_id);
ALTER TABLE ONLY entries
    ADD CONSTRAINT entries_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY entries
    ADD CONSTRAINT entries_subject_version_key UNIQUE (subject, version);
ALTER TABLE ONLY ledger_schema
    ADD CONSTRAINT ledger_schema_pkey PRIMARY KEY (version);
ALTER TABLE ONLY subjects
    ADD CONSTRAINT subjects_pkey PRIMARY KEY (subject);
CREATE TRIGGER entries_no_change BEFORE DELETE OR UPDATE OR TRUNCATE ON entries FOR EACH STATEMENT EXECUTE FUNCTION entries_append_only();
