--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: __diesel_schema_migrations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.__diesel_schema_migrations (
    version character varying(50) NOT NULL,
    run_on timestamp without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);


--
-- Name: account_categories; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.account_categories (
    account_category_id integer NOT NULL,
    account_id integer NOT NULL,
    identifier text NOT NULL,
    external_id text NOT NULL,
    parent_id integer,
    active boolean NOT NULL,
    created_at bigint NOT NULL,
    last_changed bigint NOT NULL
);


--
-- Name: account_work; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.account_work (
    account_id integer NOT NULL,
    lease_owner text,
    lease_until bigint NOT NULL,
    order_cursor text,
    next_poll_at bigint NOT NULL,
    polled_at bigint,
    poll_wanted bigint NOT NULL,
    poll_served bigint NOT NULL,
    blocked_until bigint NOT NULL,
    failures integer NOT NULL,
    last_error text,
    reconcile_wanted bigint DEFAULT 0 NOT NULL,
    reconcile_served bigint DEFAULT 0 NOT NULL,
    reconcile_repair boolean DEFAULT false NOT NULL,
    reconcile_import boolean DEFAULT false NOT NULL,
    reconciled_at bigint,
    reconcile_report text,
    no_order_since bigint,
    silent boolean DEFAULT false NOT NULL
);


--
-- Name: categories; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.categories (
    category_id integer NOT NULL,
    mandator_id integer NOT NULL,
    identifier text NOT NULL,
    external_id text,
    parent_id integer,
    created_at bigint NOT NULL,
    created_by text NOT NULL,
    last_changed bigint NOT NULL,
    last_changed_by text NOT NULL,
    data text NOT NULL
);


--
-- Name: change_clock; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.change_clock (
    id integer NOT NULL,
    last bigint NOT NULL
);


--
-- Name: configured; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.configured (
    kind text NOT NULL,
    id integer NOT NULL,
    digest text NOT NULL,
    created_at bigint NOT NULL,
    last_changed bigint NOT NULL
);


--
-- Name: counters; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.counters (
    name text NOT NULL,
    last integer NOT NULL
);


--
-- Name: customers; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.customers (
    customer_id integer NOT NULL,
    mandator_id integer NOT NULL,
    account_id integer,
    customer_number integer NOT NULL,
    channel_key text,
    email_address text
);


--
-- Name: delivery_charge_categories; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.delivery_charge_categories (
    delivery_charge_category_id integer NOT NULL,
    mandator_id integer NOT NULL,
    identifier text NOT NULL,
    external_id text,
    origin integer NOT NULL,
    created_at bigint NOT NULL,
    last_changed bigint NOT NULL,
    data text NOT NULL
);


--
-- Name: delivery_times; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.delivery_times (
    delivery_time_id integer NOT NULL,
    mandator_id integer NOT NULL,
    identifier text NOT NULL,
    external_id text,
    origin integer NOT NULL,
    created_at bigint NOT NULL,
    last_changed bigint NOT NULL,
    data text NOT NULL
);


--
-- Name: group_account_categories; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.group_account_categories (
    account_id integer NOT NULL,
    external_category_id text NOT NULL,
    account_category_id integer NOT NULL,
    origin integer NOT NULL
);


--
-- Name: held_orders; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.held_orders (
    held_order_id integer NOT NULL,
    account_id integer NOT NULL,
    marketplace_order_id text NOT NULL,
    document text NOT NULL,
    held_at bigint NOT NULL,
    version bigint NOT NULL,
    due_at bigint NOT NULL,
    attempts integer NOT NULL,
    last_error text NOT NULL
);


--
-- Name: image_contents; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.image_contents (
    digest text NOT NULL,
    media_type text NOT NULL,
    content bytea NOT NULL
);


--
-- Name: image_module_types; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.image_module_types (
    image_module_type_id integer NOT NULL,
    mandator_id integer NOT NULL,
    identifier text NOT NULL,
    external_id text,
    origin integer NOT NULL,
    created_at bigint NOT NULL,
    last_changed bigint NOT NULL,
    data text NOT NULL
);


--
-- Name: item_account_categories; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.item_account_categories (
    item_id integer NOT NULL,
    account_id integer NOT NULL,
    "position" integer NOT NULL,
    account_category_id integer NOT NULL
);


--
-- Name: items; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.items (
    item_id integer NOT NULL,
    mandator_id integer NOT NULL,
    internal_item_number text NOT NULL,
    identifier text NOT NULL,
    vendor_item_number text,
    ean_code text,
    match_code text,
    tax_type_id integer NOT NULL,
    category_id integer,
    active boolean,
    is_adult_product boolean,
    variant_parent_id integer,
    list_price bigint,
    created_at bigint NOT NULL,
    created_by text NOT NULL,
    last_changed bigint NOT NULL,
    last_changed_by text NOT NULL,
    data text NOT NULL,
    safety_stock integer,
    minimum_stock integer
);


--
-- Name: limited_calls; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.limited_calls (
    account_id integer NOT NULL,
    call text NOT NULL,
    until_at bigint NOT NULL
);


--
-- Name: offers; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.offers (
    offer_id integer NOT NULL,
    mandator_id integer NOT NULL,
    account_id integer NOT NULL,
    item_id integer NOT NULL,
    state integer NOT NULL,
    wanted integer NOT NULL,
    external_offer_number text,
    url text,
    shown_price bigint,
    shown_quantity integer,
    created_at bigint NOT NULL,
    started_at bigint,
    ended_at bigint,
    last_changed bigint NOT NULL,
    refill_from integer,
    open_quantity integer,
    open_at_most integer,
    ended_by integer DEFAULT 0 NOT NULL,
    release_at bigint,
    specific_offer_data text
);


--
-- Name: order_items; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.order_items (
    order_item_id integer NOT NULL,
    order_id integer NOT NULL,
    item_id integer,
    offer_id integer,
    channel_line_id text,
    internal_item_number text,
    external_offer_number text,
    identifier text NOT NULL,
    quantity integer NOT NULL,
    price bigint NOT NULL,
    tax_rate bigint,
    warehouse_id integer,
    reserved integer NOT NULL
);


--
-- Name: order_notices; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.order_notices (
    order_notice_id integer NOT NULL,
    order_id integer NOT NULL,
    notice_type integer NOT NULL,
    text text NOT NULL
);


--
-- Name: order_packets; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.order_packets (
    packet_id integer NOT NULL,
    order_id integer NOT NULL,
    data text NOT NULL
);


--
-- Name: order_payments; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.order_payments (
    order_payment_id integer NOT NULL,
    order_id integer NOT NULL,
    data text NOT NULL
);


--
-- Name: order_tags; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.order_tags (
    order_id integer NOT NULL,
    tag_identifier text NOT NULL
);


--
-- Name: orders; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.orders (
    order_id integer NOT NULL,
    mandator_id integer NOT NULL,
    account_id integer,
    sub_channel_id integer NOT NULL,
    order_number integer NOT NULL,
    order_number_prefix text,
    external_order_number_1 text,
    external_order_number_2 text,
    marketplace_order_id text,
    marketplace_order_id_2 text,
    transaction_id_1 text,
    transaction_id_2 text,
    order_date bigint,
    created_at bigint NOT NULL,
    last_changed bigint NOT NULL,
    last_changed_by text NOT NULL,
    export_date bigint,
    order_status_id integer NOT NULL,
    complete_status integer NOT NULL,
    workflow integer NOT NULL,
    payment_method_id integer,
    customer_id integer,
    email_address text,
    invoice_number text,
    channel_digest text,
    data text NOT NULL
);


--
-- Name: outbox_facts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.outbox_facts (
    fact_id integer NOT NULL,
    account_id integer NOT NULL,
    order_id integer NOT NULL,
    fact_key text NOT NULL,
    kind text NOT NULL,
    payload text NOT NULL,
    version bigint NOT NULL,
    status integer NOT NULL,
    due_at bigint NOT NULL,
    attempts integer NOT NULL,
    first_failed_at bigint,
    last_error text,
    settled_at bigint
);


--
-- Name: outbox_states; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.outbox_states (
    offer_id integer NOT NULL,
    topic integer NOT NULL,
    account_id integer NOT NULL,
    version bigint NOT NULL,
    status integer NOT NULL,
    due_at bigint NOT NULL,
    attempts integer NOT NULL,
    first_failed_at bigint,
    last_error text
);


--
-- Name: price_validities; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.price_validities (
    validity_id integer NOT NULL,
    pricelist_id integer NOT NULL,
    identifier text,
    valid_from text,
    valid_to text
);


--
-- Name: pricelists; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.pricelists (
    pricelist_id integer NOT NULL,
    mandator_id integer NOT NULL,
    identifier text NOT NULL,
    external_id text,
    iso_currency text NOT NULL,
    rounding_id integer NOT NULL,
    gross boolean NOT NULL,
    created_at bigint NOT NULL,
    created_by text NOT NULL,
    last_changed bigint NOT NULL,
    last_changed_by text NOT NULL
);


--
-- Name: prices; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.prices (
    validity_id integer NOT NULL,
    item_id integer NOT NULL,
    price bigint NOT NULL
);


--
-- Name: replays; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.replays (
    replay_id integer NOT NULL,
    replay_key text NOT NULL,
    keyed boolean NOT NULL,
    document text NOT NULL,
    additive boolean NOT NULL,
    answer text NOT NULL,
    records integer NOT NULL,
    failures integer NOT NULL,
    created_at bigint NOT NULL
);


--
-- Name: shipping_groups; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.shipping_groups (
    shipping_group_id integer NOT NULL,
    account_id integer NOT NULL,
    identifier text NOT NULL,
    active boolean NOT NULL
);


--
-- Name: stock; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.stock (
    item_id integer NOT NULL,
    warehouse_id integer NOT NULL,
    stock_count integer NOT NULL,
    last_changed bigint NOT NULL
);


--
-- Name: templates; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.templates (
    template_id integer NOT NULL,
    mandator_id integer NOT NULL,
    identifier text NOT NULL,
    external_id text,
    origin integer NOT NULL,
    created_at bigint NOT NULL,
    last_changed bigint NOT NULL,
    data text NOT NULL
);


--
-- Name: text_module_types; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.text_module_types (
    text_module_type_id integer NOT NULL,
    mandator_id integer NOT NULL,
    identifier text NOT NULL,
    external_id text,
    origin integer NOT NULL,
    created_at bigint NOT NULL,
    last_changed bigint NOT NULL,
    data text NOT NULL
);


--
-- Name: upload_messages; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.upload_messages (
    message_id integer NOT NULL,
    mandator_id integer NOT NULL,
    account_id integer NOT NULL,
    item_id integer,
    offer_id integer,
    order_id integer,
    severity integer NOT NULL,
    code text NOT NULL,
    text text NOT NULL,
    remedy text NOT NULL,
    created_at bigint NOT NULL
);


--
-- Data for Name: __diesel_schema_migrations; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.__diesel_schema_migrations VALUES
	('20261125000000', '2026-11-29 16:48:55.804789'),
	('20261125000001', '2026-11-29 16:48:56.515739'),
	('20261125000002', '2026-11-29 16:48:56.533295'),
	('20261125000010', '2026-11-29 16:48:56.691947'),
	('20261125000011', '2026-11-29 16:48:56.727825'),
	('20261125000012', '2026-11-29 16:48:56.739868');


--
-- Data for Name: account_categories; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.account_categories VALUES
	(1, 1001, '42', '42', NULL, true, 1795970936835805, 1795970936835805),
	(2, 1000, 'Kitchen and household', '4711', NULL, true, 1795970937968673, 1795970937968673),
	(3, 1000, 'Household', '4700', 2, true, 1795970937968673, 1795970938044058),
	(4, 1000, 'Gifts', '4800', 2, false, 1795970937968673, 1795970938044058),
	(6, 1001, 'Cups', 'c-1', NULL, true, 1795970939551789, 1795970939551789),
	(7, 1001, 'Old', 'c-2', 6, false, 1795970939551789, 1795970939551789);


--
-- Data for Name: account_work; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.account_work VALUES
	(2000, NULL, 0, '0', 1795970948031796, 1795970947031796, 0, 0, 0, 0, NULL, 0, 0, false, false, NULL, NULL, 1795970936940221, false),
	(1001, NULL, 0, '0', 1795970951269827, 1795970942251807, 1795970939215903, 1795970939215903, 1795970951269827, 3, 'unavailable: the sandbox is down (fault `down`)', 1795970939193735, 1795970939193735, false, false, 1795970939270090, '{"listed":0,"missing":0,"unwanted":0,"unconfirmed":0,"price":0,"quantity":0,"unknown":0,"imported":0,"repaired":0,"left_out":0,"error":null}', 1795970936937548, false),
	(1000, NULL, 0, '51', 1795970945493202, 1795970942296705, 1795970939219851, 1795970939219851, 1795970950511747, 3, 'unavailable: the sandbox is down (fault `down`)', 1795970939193735, 1795970939193735, false, false, 1795970939286256, '{"listed":3,"missing":0,"unwanted":0,"unconfirmed":0,"price":0,"quantity":0,"unknown":0,"imported":0,"repaired":0,"left_out":0,"error":null}', 1795970942296705, false);


--
-- Data for Name: categories; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.categories VALUES
	(1, 1, 'Mugs and cups', 'mugs', 2, 1795970937152608, 'import', 1795970937204180, 'erp', '{"mandator_id":0,"text_modules":[{"text_module_type":15,"translations":[{"language_code_iso":"de","text":"Alle Becher sind spülmaschinenfest."},{"language_code_iso":"en","text":"All mugs are dishwasher safe."}]}],"image_modules":[{"image_module_type_id":1,"image_url":"https://images.example.com/mugs.jpg","is_local":false}]}'),
	(3, 1, 'Plates', 'plates', 2, 1795970937204180, 'erp', 1795970937204180, 'erp', '{"mandator_id":0}'),
	(2, 1, 'Kitchen', 'kitchen', NULL, 1795970937152608, 'erp', 1795970939317190, 'erp', '{"mandator_id":0,"text_modules":[{"text_module_type":15,"translations":[{"language_code_iso":"de","text":"Für die Küche"},{"language_code_iso":"en","text":"For the kitchen"}]}],"image_modules":[{"image_module_type_id":3,"image_url":"https://images.example/k.jpg"}]}'),
	(5, 1, 'Cups', 'cups', 2, 1795970939317190, 'erp', 1795970939317190, 'erp', '{"mandator_id":0}'),
	(6, 2, 'Alles', 'kitchen', NULL, 1795970939404986, 'erp', 1795970939404986, 'erp', '{"mandator_id":0}');


--
-- Data for Name: change_clock; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.change_clock VALUES
	(1, 1795970948021316);


--
-- Data for Name: configured; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.configured VALUES
	('content', 1000, 'Preparation { category_mapping: {}, title_rule: None, description_template: None, image_order: [], delivery_times: {}, delivery_charges: {}, shipping_groups: [], tax_classes: {} } None (None, Some(15), "de")', 1795970936835805, 1795970936835805),
	('content', 1001, 'Preparation { category_mapping: {"kitchen": "42"}, title_rule: Some("{{ item.identifier }} {{ attributes.Material }}"), description_template: Some("shop page"), image_order: [2, 1], delivery_times: {"1-2 days": "FAST", "3-5 days": "SLOW"}, delivery_charges: {"parcel": "DHL"}, shipping_groups: ["Standard", "Express"], tax_classes: {2: "Reduced Tax", 3: "Standard Tax"} } Some("99") (Some(14), Some(15), "en")', 1795970936835805, 1795970936835805),
	('content', 2000, 'Preparation { category_mapping: {}, title_rule: None, description_template: None, image_order: [], delivery_times: {}, delivery_charges: {}, shipping_groups: [], tax_classes: {} } None (None, None, "de")', 1795970936835805, 1795970936835805),
	('price list', 1000, 'default', 1795970936835805, 1795970936835805),
	('price list', 1001, 'clearance
default', 1795970936835805, 1795970936835805),
	('price list', 2000, 'netto', 1795970936835805, 1795970936835805),
	('account', 1000, 'Sandbox|1|9000|false|default|sandbox', 1795970936835805, 1795970947880544),
	('account', 1001, 'Outlet "North"|1|9001|false|clearance|sandbox', 1795970936835805, 1795970947880544),
	('account', 2000, 'Sandbox of the second|2|9001|false|netto|sandbox', 1795970936835805, 1795970947880544);


--
-- Data for Name: counters; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.counters VALUES
	('price day of account 1000', 739949),
	('price day of account 1001', 739949),
	('price day of account 2000', 739949),
	('offer', 18),
	('pricelist', 4),
	('customer_number', 10004),
	('customer', 6),
	('order', 8),
	('order_number', 1000007),
	('order_item', 10),
	('held_order', 1),
	('message', 3),
	('packet', 3),
	('fact', 10),
	('replay', 87),
	('order_notice', 2),
	('shipping group', 2),
	('order_payment', 1),
	('category', 6),
	('delivery time', 5),
	('text module type', 4),
	('image module type', 4),
	('delivery charge category', 4),
	('template', 4),
	('item', 14),
	('validity', 6),
	('account category', 7);


--
-- Data for Name: customers; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.customers VALUES
	(1, 1, 1000, 10000, 'max@example.com', 'max@example.com'),
	(2, 1, 1000, 10001, 'erika.mustermann@example.com', 'erika.mustermann@example.com'),
	(3, 1, NULL, 4711, NULL, 'erika@example.com'),
	(4, 1, 1000, 10002, 'rich@example.com', 'rich@example.com'),
	(5, 1, 1000, 10003, 'child@example.com', 'child@example.com'),
	(6, 1, 1000, 10004, 'rich-id@example.com', 'rich-id@example.com');


--
-- Data for Name: delivery_charge_categories; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.delivery_charge_categories VALUES
	(1, 1, 'parcel', 'parcel', 1, 1795970936835805, 1795970936835805, '{}'),
	(2, 1, 'Freight', 'bulky', 0, 1795970937841513, 1795970937841513, '{"mandator_id":1}'),
	(3, 1, 'another', 'another', 0, 1795970939473004, 1795970939473004, '{"mandator_id":1}'),
	(4, 2, 'another', 'another', 0, 1795970939489957, 1795970939489957, '{"mandator_id":2}');


--
-- Data for Name: delivery_times; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.delivery_times VALUES
	(1, 1, '1-2 days', NULL, 1, 1795970936835805, 1795970937791480, '{"mandator_id":1,"delivery_time_in_days":2,"translations":[{"language_code_iso":"de","text":"1-2 Tage"}]}'),
	(2, 1, '3-5 days', NULL, 1, 1795970936835805, 1795970937791480, '{"mandator_id":1,"delivery_time_in_days":5}'),
	(3, 1, 'made to order', NULL, 0, 1795970937791480, 1795970937808121, '{"mandator_id":1,"delivery_time_in_days":28}'),
	(4, 1, 'another', NULL, 0, 1795970939417801, 1795970939417801, '{"mandator_id":1,"delivery_time_in_days":9}'),
	(5, 2, 'another', NULL, 0, 1795970939433853, 1795970939433853, '{"mandator_id":2,"delivery_time_in_days":9}');


--
-- Data for Name: group_account_categories; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.group_account_categories VALUES
	(1000, 'kitchen', 3, 0),
	(1000, 'mugs', 2, 0),
	(1001, 'cups', 6, 0),
	(1001, 'kitchen', 1, 1);


--
-- Data for Name: held_orders; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.held_orders VALUES
	(1, 1000, 'S-100008', '{"order_id":"S-100008","order_id_2":null,"ordered_at":"2026-11-29T16:49:02.236748603Z","currency":"EUR","paid":false,"cancelled":false,"workflow":"prepayment","payment_method":"prepayment","transaction_id":null,"buyer":{"email":"erika.mustermann@example.com","id":null},"invoice_address":{"firm":null,"title":null,"first_name":"Erika","last_name":"Mustermann","street":"Heidestraße","house_number":"17","street_addition":null,"postal_code":"51147","city":"Köln","region":null,"country_code_iso":"DE","phone":null,"email":null},"delivery_address":{"firm":null,"title":null,"first_name":"Erika","last_name":"Mustermann","street":"Heidestraße","house_number":"17","street_addition":null,"postal_code":"51147","city":"Köln","region":null,"country_code_iso":"DE","phone":null,"email":null},"lines":[{"line_id":"S-100008-1","sku":"RICH","external_number":"SBX-1000-4","title":"Reich","quantity":2,"unit_price":199900,"tax_rate":190000}],"shipping_charge":0,"cash_on_delivery_charge":0,"payment_method_charge":0,"coupon_amount":0,"note":"cannot be stored"}', 1795970942363906, 1795970942363906, 1795970944473887, 2, 'KONTOR-9002 the database does not answer (the fixture holds it); nothing of this call was stored, repeat it later');


--
-- Data for Name: image_contents; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.image_contents VALUES
	('497790947d4666760ce38f3c00e852c71fdb66cae849bae8e9ede352719e1581', 'image/png', '\x89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da636460f85f0f0002870180eb47ba920000000049454e44ae426082'),
	('d20f6ffd523b78a86cd2f916fa34af5d1918d75f7b142237c752ad6b254213ab', 'image/jpeg', '\xffd8ffe000104a46494600010100000100010000ffd9');


--
-- Data for Name: image_module_types; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.image_module_types VALUES
	(1, 1, 'Front', NULL, 0, 1795970937764093, 1795970937764093, '{"mandator_id":1}'),
	(2, 1, 'Rear', NULL, 0, 1795970937764093, 1795970937764093, '{"mandator_id":1}'),
	(3, 1, 'another', NULL, 0, 1795970939462986, 1795970939462986, '{"mandator_id":1}'),
	(4, 2, 'another', NULL, 0, 1795970939469981, 1795970939469981, '{"mandator_id":2}');


--
-- Data for Name: item_account_categories; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.item_account_categories VALUES
	(8, 1001, 0, 6),
	(8, 1001, 1, 7);


--
-- Data for Name: items; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.items VALUES
	(3, 1, 'MUG-RD', 'Mug, red', NULL, NULL, NULL, 3, NULL, NULL, NULL, 1, NULL, 1795970937243982, 'erp', 1795970937243982, 'erp', '{"mandator_id":0,"variant":{"variant_standard":false,"attributes":[{"property":{"identifier":"Farbe","translations":[{"language_code_iso":"en","text":"Colour"}]},"value":{"identifier":"Rot","translations":[{"language_code_iso":"en","text":"Red"}]}},{"property":{"identifier":"Größe"},"value":{"identifier":"0,3 l"}}]}}', NULL, NULL),
	(4, 1, 'MUG-GN', 'Mug, green', NULL, NULL, NULL, 3, NULL, NULL, NULL, 1, NULL, 1795970937243982, 'erp', 1795970937243982, 'erp', '{"mandator_id":0,"variant":{}}', NULL, NULL),
	(6, 1, 'SPOON', 'Spoon', NULL, NULL, NULL, 3, NULL, NULL, NULL, NULL, NULL, 1795970937262674, 'erp', 1795970937262674, 'erp', '{"mandator_id":0}', NULL, NULL),
	(7, 1, 'KNIFE', 'Knife', NULL, NULL, NULL, 3, NULL, NULL, NULL, NULL, NULL, 1795970937267387, 'erp', 1795970937267387, 'erp', '{"mandator_id":0}', NULL, NULL),
	(1, 1, 'MUG', 'Mug', NULL, '4000000000006', 'mug classic', 3, 1, true, false, NULL, 129500, 1795970937233346, 'erp', 1795970937405968, 'erp', '{"mandator_id":0,"weight":2500000,"weight_unit_id":400,"volume":3000,"volume_unit_id":200,"piece":10000,"piece_unit_id":500,"base_price_type_id":5,"delivery_charge_category_id":2,"external_delivery_charge_category_id":"parcel","delivery_time_id":3,"delivery_time_identifier":"1-2 days","vendor_id":9,"external_vendor_id":"pottery","length":120000,"width":85000,"height":100000,"distance_unit_id":110,"package_length":140000,"package_width":100000,"package_height":120000,"package_distance_unit_id":110,"package_weight":4000,"package_weight_unit_id":405,"packaging_unit":"box of 6","text_modules":[{"text_module_type":15,"translations":[{"language_code_iso":"de","text":"<p>Ein Becher für Tee &amp; Kaffee.</p>"},{"language_code_iso":"en","text":"<p>A mug for tea &amp; coffee.</p>"}]},{"text_module_type":16,"translations":[{"language_code_iso":"en","text":"Mug, stoneware"}]}],"image_modules":[{"image_module_type_id":2,"is_local":true,"image_digest":"497790947d4666760ce38f3c00e852c71fdb66cae849bae8e9ede352719e1581"}],"item_attributes":[{"significant_key":"Id","attribute_id":31,"attribute_identifier":"Material","attribute_data_type":"MULTILANGUAGE_STRING","item_attribute_values":[{"significant_key":"Id","attribute_value_id":310,"attribute_value_identifier":"Steingut","translations":[{"language_code_iso":"en","text":"Stoneware"}]}]}],"specific_item_data":"<ebay_item_data><account_specific_data delete=\"false\"><account_specific><account_id>1000</account_id><title>Becher, Steingut, 300 ml</title></account_specific></account_specific_data></ebay_item_data><rakuten_item_data><account_specific_data><account_specific><account_id>1000</account_id><identifier>Mug &amp; more</identifier></account_specific></account_specific_data></rakuten_item_data>"}', 5, 2),
	(2, 1, 'MUG-BL', 'Mug, blue', NULL, NULL, NULL, 3, NULL, NULL, NULL, 1, 149500, 1795970937243982, 'erp', 1795970937405968, 'erp', '{"mandator_id":0,"delivery_charge_category_id":2,"external_delivery_charge_category_id":"letter","variant":{"variant_standard":true,"attributes":[{"property":{"identifier":"Farbe","translations":[{"language_code_iso":"en","text":"Colour"}]},"value":{"identifier":"Blau","translations":[{"language_code_iso":"en","text":"Blue"}]}},{"property":{"identifier":"Größe"},"value":{"identifier":"0,3 l"}}]},"specific_item_data":"<amazon_listing_item_data><account_specific_data><account_specific><account_id>1000</account_id><amazon_prices><amazon_price><price_type>STANDARD_PRICE</price_type><amount>13.95</amount></amazon_price></amazon_prices></account_specific></account_specific_data></amazon_listing_item_data>"}', NULL, NULL),
	(5, 1, 'PLATE', 'Plate', NULL, NULL, NULL, 3, 3, NULL, NULL, NULL, 60000, 1795970937262674, 'erp', 1795970937514477, 'erp', '{"mandator_id":0}', 5, 2),
	(9, 1, 'RICH-ID', 'Rich by number', NULL, NULL, NULL, 3, 5, NULL, NULL, NULL, NULL, 1795970939505510, 'erp', 1795970939505510, 'erp', '{"mandator_id":0,"weight":2500000,"weight_unit_id":400,"delivery_charge_category_id":1,"delivery_time_id":1,"specific_item_data":"<x_item_data><odd a=''1''>&amp;<b/></odd><account_specific_data><account_specific><account_id>1000</account_id><template_id>1</template_id><marketplace_category_id>m-7</marketplace_category_id></account_specific></account_specific_data></x_item_data><y_item_data><odd a=''1''>&amp;<b/></odd><account_specific_data><account_specific><account_id>1001</account_id><template_identifier>another</template_identifier><listing_settings><primary>true</primary><placing_count>2</placing_count><refill_count>1</refill_count></listing_settings></account_specific></account_specific_data></y_item_data>"}', NULL, NULL),
	(10, 1, 'BARE', 'Bare', NULL, NULL, NULL, 3, NULL, NULL, NULL, NULL, NULL, 1795970939505510, 'erp', 1795970939505510, 'erp', '{"mandator_id":0}', NULL, NULL),
	(11, 1, 'OFF', 'Switched off', NULL, NULL, NULL, 3, NULL, false, NULL, NULL, NULL, 1795970939505510, 'erp', 1795970939505510, 'erp', '{"mandator_id":0}', NULL, NULL),
	(13, 1, 'CHILD', 'Child', NULL, NULL, NULL, 3, NULL, NULL, NULL, 8, NULL, 1795970939505510, 'erp', 1795970939505510, 'erp', '{"mandator_id":0,"variant":{"variant_standard":true,"attributes":[{"property":{"identifier":"Farbe","translations":[{"language_code_iso":"en","text":"Colour"}]},"value":{"identifier":"Blau","translations":[{"language_code_iso":"en","text":"Blue"}]}}]}}', NULL, NULL),
	(14, 2, 'RICH', 'Reich', 'V-1', '4006381333948', 'rich & ripe', 3, 6, true, true, NULL, 12345678901, 1795970939511894, 'erp', 1795970939511894, 'erp', '{"mandator_id":0,"weight":15000,"weight_unit_id":405,"volume":1,"volume_unit_id":200,"piece":120000,"piece_unit_id":500,"base_price_type_id":5,"external_delivery_charge_category_id":"parcel","delivery_time_identifier":"3-5 days","vendor_id":9,"external_vendor_id":"pottery","isbn":"978-3","upc_code":"012345678905","length":120000,"width":85000,"height":100000,"distance_unit_id":110,"package_length":140000,"package_width":100000,"package_height":120000,"package_distance_unit_id":110,"package_weight":4000,"package_weight_unit_id":405,"packaging_unit":"box of 6"}', 3, 1),
	(12, 1, 'WORDS', 'Words', NULL, NULL, NULL, 3, NULL, NULL, NULL, NULL, NULL, 1795970939505510, 'erp', 1795970939523770, 'erp', '{"mandator_id":0,"text_modules":[{"text_module_type":15,"translations":[{"language_code_iso":"de","text":"delivery_time_id delivery_charge_category_id template_id"},{"language_code_iso":"en","text":"delivery_time_identifier"}]}]}', NULL, NULL),
	(8, 1, 'RICH', 'Rich', 'V-1', '4006381333931', 'rich & ripe', 3, 2, true, true, NULL, 12345678901, 1795970939505510, 'erp', 1795970944347212, 'erp', '{"mandator_id":0,"weight":15000,"weight_unit_id":405,"volume":1,"volume_unit_id":200,"piece":120000,"piece_unit_id":500,"base_price_type_id":5,"external_delivery_charge_category_id":"parcel","delivery_time_identifier":"3-5 days","vendor_id":9,"external_vendor_id":"pottery","isbn":"978-3","upc_code":"012345678905","length":120000,"width":85000,"height":100000,"distance_unit_id":110,"package_length":140000,"package_width":100000,"package_height":120000,"package_distance_unit_id":110,"package_weight":4000,"package_weight_unit_id":405,"packaging_unit":"box of 6","text_modules":[{"text_module_type":14,"translations":[{"language_code_iso":"de","text":"Reicher Titel"},{"language_code_iso":"en","text":"Rich title"}]},{"text_module_type":15,"translations":[{"language_code_iso":"en","text":"<p>Rich</p>"},{"language_code_iso":"de","text":"<p>Neu</p>"}]}],"image_modules":[{"image_module_type_id":1,"image_url":"https://images.example/a.jpg?x=1&y=2","is_local":false},{"image_module_type_id":2,"is_local":true,"image_digest":"d20f6ffd523b78a86cd2f916fa34af5d1918d75f7b142237c752ad6b254213ab"}],"item_attributes":[{"significant_key":"Identifier","attribute_identifier":"Material","attribute_data_type":"STRING","item_attribute_values":[{"significant_key":"Identifier","attribute_value_identifier":"Ton","translations":[{"language_code_iso":"en","text":"Clay"}]},{"attribute_value_id":7}]},{"significant_key":"Id","attribute_id":5,"item_attribute_values":[{"attribute_value_identifier":"x"}]}],"specific_item_data":"<ebay_item_data><odd a=''1''>&amp;<b/></odd><account_specific_data><account_specific><account_id>1000</account_id><title>Reich</title><listing_settings><primary>1</primary><placing_count>8</placing_count><refill_count>3</refill_count></listing_settings></account_specific><account_specific><account_id>1001</account_id><shop_price>99.95</shop_price><listing_settings><primary>0</primary><placing_count>4</placing_count><refill_count>0</refill_count></listing_settings></account_specific></account_specific_data></ebay_item_data>"}', 3, 1);


--
-- Data for Name: limited_calls; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: offers; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.offers VALUES
	(7, 1, 1000, 8, 1, 1, 'SBX-1000-4', NULL, 199900, 6, 1795970939559254, 1795970939627305, NULL, 1795970940608635, 3, 6, 6, 0, NULL, NULL),
	(14, 1, 1001, 9, 1, 1, 'SBX-1001-3', NULL, 70000, 2, 1795970939583065, 1795970939684465, NULL, 1795970939684465, 1, 1, 2, 0, NULL, NULL),
	(6, 1, 1000, 7, 0, 0, NULL, NULL, NULL, NULL, 1795970937597975, NULL, NULL, 1795970937597975, NULL, NULL, NULL, 0, NULL, NULL),
	(12, 1, 1000, 12, 0, 1, NULL, NULL, NULL, NULL, 1795970939575461, NULL, NULL, 1795970944334700, NULL, NULL, NULL, 0, NULL, NULL),
	(2, 1, 1000, 3, 1, 1, 'SBX-1000-2', NULL, 119000, 9, 1795970937582381, 1795970937636832, NULL, 1795970939394853, NULL, 9, 9, 0, NULL, NULL),
	(3, 1, 1000, 5, 1, 1, 'SBX-1000-3', NULL, 50000, 36, 1795970937590231, 1795970937636832, NULL, 1795970939394853, NULL, 36, 36, 0, NULL, '<ebay_offer reference_id="e-1">
    <mandator_id>1</mandator_id>
    <account_id>1000</account_id>
    <internal_item_number>PLATE</internal_item_number>
    <listing_duration>GTC</listing_duration>
  </ebay_offer>'),
	(1, 1, 1000, 2, 1, 1, 'SBX-1000-1', NULL, 139500, 12, 1795970937582381, 1795970937636832, NULL, 1795970939479470, NULL, 12, 12, 0, NULL, NULL),
	(4, 1, 1000, 6, 0, 1, NULL, NULL, NULL, NULL, 1795970937590231, NULL, NULL, 1795970937653052, NULL, NULL, NULL, 0, NULL, NULL),
	(11, 1, 1001, 5, 0, 0, NULL, NULL, NULL, NULL, 1795970939567900, NULL, NULL, 1795970939572735, NULL, NULL, NULL, 0, 4070934000000000, NULL),
	(18, 2, 2000, 14, 1, 1, 'SBX-2000-1', NULL, 168000, 6, 1795970939589947, 1795970939611784, NULL, 1795970939611784, NULL, 6, 6, 0, NULL, NULL),
	(5, 1, 1001, 2, 1, 1, 'SBX-1001-1', NULL, 119000, 12, 1795970937597975, 1795970939684465, NULL, 1795970939684465, NULL, 12, 12, 0, NULL, NULL),
	(13, 1, 1001, 8, 1, 1, 'SBX-1001-2', NULL, 999500, 4, 1795970939583065, 1795970939684465, NULL, 1795970939684465, 0, 4, 4, 0, NULL, NULL),
	(15, 1, 1001, 10, 1, 1, 'SBX-1001-4', NULL, 44400, 32, 1795970939583065, 1795970939684465, NULL, 1795970939684465, NULL, 32, 32, 0, NULL, NULL),
	(16, 1, 1001, 12, 1, 1, 'SBX-1001-5', NULL, 10100, 10, 1795970939583065, 1795970939684465, NULL, 1795970939684465, NULL, 10, 10, 0, NULL, NULL),
	(9, 1, 1000, 10, 2, 0, 'SBX-1000-6', NULL, 66600, 30, 1795970939559254, 1795970939627305, 1795970939714331, 1795970939714331, NULL, 0, 0, 1, NULL, NULL),
	(8, 1, 1000, 9, 1, 1, 'SBX-1000-5', NULL, 70000, 8, 1795970939559254, 1795970939627305, NULL, 1795970940306469, NULL, 8, 8, 0, NULL, NULL),
	(10, 1, 1000, 13, 1, 1, 'SBX-1000-7', NULL, 20000, 3, 1795970939559254, 1795970939627305, NULL, 1795970940306469, NULL, 3, 3, 0, NULL, NULL),
	(17, 1, 1001, 13, 1, 1, 'SBX-1001-6', NULL, 30000, 3, 1795970939583065, 1795970939684465, NULL, 1795970940377931, NULL, 3, 3, 0, NULL, NULL);


--
-- Data for Name: order_items; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.order_items VALUES
	(5, 4, 2, NULL, NULL, 'MUG-BL', NULL, 'Mug, blue', 1, 119000, 190000, 1, 1),
	(6, 4, 5, NULL, NULL, 'PLATE', NULL, 'Plate', 2, 50000, NULL, 1, 2),
	(1, 1, 2, 1, 'S-100001-1', 'MUG-BL', 'SBX-1000-1', 'Mug, blue', 2, 139500, 190000, 1, 0),
	(2, 1, 5, 3, 'S-100001-2', 'PLATE', 'SBX-1000-3', 'Plate', 1, 50000, 190000, 1, 0),
	(4, 3, 5, 3, 'S-100003-1', 'PLATE', 'SBX-1000-3', 'Plate', 3, 50000, 190000, 1, 0),
	(3, 2, 3, 2, 'S-100002-1', 'MUG-RD', 'SBX-1000-2', 'Mug, red', 1, 119000, 190000, 1, 0),
	(9, 7, 13, 10, 'S-100006-1', 'CHILD', 'SBX-1000-7', 'Child', 1, 20000, 190000, 1, 1),
	(10, 8, 9, 8, 'S-100007-1', 'RICH-ID', 'SBX-1000-5', 'Rich by number', 1, 70000, 190000, 1, 1),
	(8, 6, 8, 7, 'S-100005-1', 'RICH', 'SBX-1000-4', 'Reich', 1, 199900, 190000, 1, 0),
	(7, 5, 8, 7, 'S-100004-1', 'RICH', 'SBX-1000-4', 'Reich', 1, 199900, 190000, 1, 0);


--
-- Data for Name: order_notices; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.order_notices VALUES
	(2, 1, 10, 'Wants a gift wrap');


--
-- Data for Name: order_packets; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.order_packets VALUES
	(1, 1, '{"tracking_number":"00340434161094027318","return_number":"RET-1","shipping_provider_identifier":"DHL","shipping_provider_external_id":"dhl_ext","dispatch_type_identifier":"STANDARD","dispatch_type_external_id":"standard_ext","shipping_date":"2026-01-20T09:00:00Z","told":true}'),
	(2, 1, '{"tracking_number":"00340434161094027319","shipping_provider_identifier":"DHL","shipping_date":"2026-01-20T09:00:00Z","told":true}'),
	(3, 5, '{"tracking_number":"0034","shipping_provider_identifier":"DHL","shipping_date":"2026-01-20T09:00:00Z","told":true}');


--
-- Data for Name: order_payments; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.order_payments VALUES
	(1, 1, '{"payment_instructions":"Please name the order number","depositor":"Max Mustermann","bic":"COBADEFFXXX","bank_name":"Musterbank","external_id":"PAY-1","iban":"DE02120300000000202051","transaction_id":"T-1","payment_status_id":2}');


--
-- Data for Name: order_tags; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.order_tags VALUES
	(1, 'PRIORITY'),
	(4, 'B2B'),
	(1, 'B2B');


--
-- Data for Name: orders; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.orders VALUES
	(4, 1, NULL, 4100, 1000003, 'T-', 'ERP-77', 'OFFER-5', 'PHONE-1', 'PHONE-1-2', NULL, NULL, 1768469400000000, 1795970938548228, 1795970938548228, 'erp', NULL, 100, 1, 1, 7, 3, 'erika@example.com', NULL, NULL, '{"currency_code_iso":"EUR","shipping_charge":49000,"price_type_id":1,"note":"By phone","payment_method_identifier":"prepayment","payment_status_id":1,"invoice_address":{"salutation_id":2,"salutation_identifier":"ms","firm":"Mustermann KG","title":"Prof.","first_name":"Erika","last_name":"Mustermann","street":"Heidestraße","house_number":"17","street_addition":"3. Stock","postal_code":"51147","city":"Köln","region":"NRW","country_code_iso":"DE","phone":"+49 221 1","mobile_phone":"+49 170 1","fax":"+49 221 2","email":"erika@example.com"},"delivery_address":{"last_name":"Mustermann","street":"Paketshop 5","postal_code":"51147","city":"Köln","country_code_iso":"DE"}}'),
	(3, 1, 1000, 9000, 1000002, 'SB-', NULL, NULL, 'S-100003', NULL, NULL, NULL, 1795970938361963, 1795970938384978, 1795970938772084, 'erp', NULL, 200, 2, 1, 7, 2, 'erika.mustermann@example.com', NULL, '2b4e18036a0db78971e509f83d69c33b9963a88d63b278e603710ebf8f41dc9e', '{"currency_code_iso":"EUR","shipping_charge":0,"cash_on_delivery_charge":0,"payment_method_charge":0,"coupon_amount":0,"price_type_id":1,"payment_method_identifier":"prepayment","payment_status_id":1,"invoice_address":{"first_name":"Erika","last_name":"Mustermann","street":"Heidestraße","house_number":"17","postal_code":"51147","city":"Köln","country_code_iso":"DE"},"delivery_address":{"first_name":"Erika","last_name":"Mustermann","street":"Heidestraße","house_number":"17","postal_code":"51147","city":"Köln","country_code_iso":"DE"},"told":{"cancelled":1}}'),
	(2, 1, 1000, 9000, 1000001, 'SB-', 'ERP-2', NULL, 'S-100002', NULL, NULL, NULL, 1795970938361069, 1795970938384978, 1795970938827960, 'erp', 1795970938632793, 130, 1, 2, 8, 2, 'erika.mustermann@example.com', NULL, 'c23b17a75d931a9f49defef556cf2796bb70640fdd82ec9c1a2e98a3ba55dfbe', '{"currency_code_iso":"EUR","shipping_charge":0,"cash_on_delivery_charge":0,"payment_method_charge":0,"coupon_amount":0,"price_type_id":1,"payment_method_identifier":"cash on delivery","payment_status_id":1,"invoice_address":{"first_name":"Erika","last_name":"Mustermann","street":"Heidestraße","house_number":"17","postal_code":"51147","city":"Köln","country_code_iso":"DE"},"delivery_address":{"first_name":"Erika","last_name":"Mustermann","street":"Heidestraße","house_number":"17","postal_code":"51147","city":"Köln","country_code_iso":"DE"},"told":{"shipped":1}}'),
	(1, 1, 1000, 9000, 1000000, 'SB-', 'ERP-1', 'ERP-2', 'S-100001', NULL, 'T-1', 'T-2', 1768469400000000, 1795970938384978, 1795970938728690, 'erp', 1795970938632793, 140, 2, 1, 7, 1, 'max.mustermann@example.com', '2199', '7c1811587a6b37395d498b51df46a9cb9253813870a76f3e2911fcb82667e448', '{"currency_code_iso":"EUR","shipping_charge":50000,"cash_on_delivery_charge":30000,"payment_method_charge":20000,"coupon_amount":200000,"weight_in_gram":50000000,"shipping_provider":143,"shipping_provider_identifier":"DHL","price_type_id":1,"payment_method_identifier":"prepayment","payment_status_id":2,"invoice_address":{"firm":"Mustermann GmbH","title":"Dr.","first_name":"Max","last_name":"Mustermann","street":"Musterstraße","house_number":"1a","street_addition":"Hinterhaus","postal_code":"10115","city":"Berlin","region":"Berlin","country_code_iso":"DE","phone":"+49 30 1234","email":"max@example.com"},"delivery_address":{"salutation_id":1,"salutation_identifier":"mr","firm":"Mustermann GmbH","title":"Dr.","first_name":"Max","last_name":"Mustermann","street":"Neue Straße","house_number":"1a","postal_code":"10115","city":"Berlin","region":"Berlin","country_code_iso":"DE","phone":"+49 30 1234","email":"max@example.com"},"specific_order_data":"<ebay_order_data><ebay_order_number>110700077555-0</ebay_order_number></ebay_order_data>","told":{"acknowledged":1,"paid":1,"shipped":1}}'),
	(8, 1, 1000, 9000, 1000007, 'SB-', NULL, NULL, 'S-100007', NULL, NULL, NULL, 1795970939786784, 1795970940248274, 1795970940248274, 'channel', NULL, 100, 1, 1, 7, 6, 'rich-id@example.com', NULL, '866dae26577f3c37a34342bde5fb5349b5a7bebe2829e0c41045d08085885651', '{"currency_code_iso":"EUR","shipping_charge":0,"cash_on_delivery_charge":0,"payment_method_charge":0,"coupon_amount":0,"price_type_id":1,"payment_method_identifier":"prepayment","payment_status_id":1,"invoice_address":{"last_name":"Kunde","street":"Weg","house_number":"1","postal_code":"10115","city":"Berlin","country_code_iso":"DE"},"delivery_address":{"last_name":"Kunde","street":"Weg","house_number":"1","postal_code":"10115","city":"Berlin","country_code_iso":"DE"}}'),
	(6, 1, 1000, 9000, 1000005, 'SB-', NULL, NULL, 'S-100005', NULL, NULL, NULL, 1795970939785359, 1795970940248274, 1795970940534155, 'erp', NULL, 200, 2, 2, 8, 4, 'rich@example.com', NULL, '63e8519d22226c587de51a355ad4d345e3af0b00e7b9e0fd1073c4b14faa838f', '{"currency_code_iso":"EUR","shipping_charge":0,"cash_on_delivery_charge":0,"payment_method_charge":0,"coupon_amount":0,"price_type_id":1,"payment_method_identifier":"cash on delivery","payment_status_id":1,"invoice_address":{"last_name":"Kunde","street":"Weg","house_number":"1","postal_code":"10115","city":"Berlin","country_code_iso":"DE"},"delivery_address":{"last_name":"Kunde","street":"Weg","house_number":"1","postal_code":"10115","city":"Berlin","country_code_iso":"DE"},"told":{"cancelled":1}}'),
	(5, 1, 1000, 9000, 1000004, 'SB-', NULL, NULL, 'S-100004', NULL, NULL, NULL, 1795970939784344, 1795970940248274, 1795970942467346, 'erp', 1795970940485450, 140, 2, 1, 7, 4, 'rich@example.com', NULL, '1ed2e8e24633478252cb61b45e5413e1c463c85542186711c56de73b3bfb9af1', '{"currency_code_iso":"EUR","shipping_charge":0,"cash_on_delivery_charge":0,"payment_method_charge":0,"coupon_amount":0,"price_type_id":1,"payment_method_identifier":"prepayment","payment_status_id":2,"invoice_address":{"last_name":"Kunde","street":"Weg","house_number":"1","postal_code":"10115","city":"Berlin","country_code_iso":"DE"},"delivery_address":{"last_name":"Kunde","street":"Weg","house_number":"1","postal_code":"10115","city":"Berlin","country_code_iso":"DE"},"told":{"acknowledged":1,"paid":1,"shipped":1}}'),
	(7, 1, 1000, 9000, 1000006, 'SB-', NULL, NULL, 'S-100006', NULL, NULL, NULL, 1795970939786105, 1795970940248274, 1795970943500323, 'erp', NULL, 120, 1, 1, 7, 5, 'child@example.com', NULL, '531dfb17e7fb0e51f911c5207283aaa1f07ff81d1dedc026cd2f6a4f9c6c6f99', '{"currency_code_iso":"EUR","shipping_charge":0,"cash_on_delivery_charge":0,"payment_method_charge":0,"coupon_amount":0,"price_type_id":1,"payment_method_identifier":"prepayment","payment_status_id":2,"invoice_address":{"last_name":"Kunde","street":"Weg","house_number":"1","postal_code":"10115","city":"Berlin","country_code_iso":"DE"},"delivery_address":{"last_name":"Kunde","street":"Weg","house_number":"1","postal_code":"10115","city":"Berlin","country_code_iso":"DE"},"told":{"paid":1}}');


--
-- Data for Name: outbox_facts; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.outbox_facts VALUES
	(1, 1000, 1, '1-acknowledged-1', 'acknowledged', '"acknowledged"', 1795970938642385, 2, 1795970938642385, 0, NULL, NULL, 1795970938669975),
	(2, 1000, 1, '1-paid-1', 'paid', '{"paid":{"transaction_id":"T-1"}}', 1795970938686159, 2, 1795970938686159, 0, NULL, NULL, 1795970938698538),
	(3, 1000, 1, '1-shipped-1', 'shipped', '{"shipped":{"packets":[{"tracking_number":"00340434161094027318","return_number":"RET-1","carrier":"DHL","dispatch_type":"STANDARD","shipped_at":"2026-01-20T09:00:00Z"},{"tracking_number":"00340434161094027319","return_number":null,"carrier":"DHL","dispatch_type":null,"shipped_at":"2026-01-20T09:00:00Z"}]}}', 1795970938728690, 2, 1795970938728690, 0, NULL, NULL, 1795970938743003),
	(4, 1000, 3, '3-cancelled-1', 'cancelled', '{"cancelled":{"reason":null}}', 1795970938772084, 2, 1795970938772084, 0, NULL, NULL, 1795970938803382),
	(5, 1000, 2, '2-shipped-1', 'shipped', '{"shipped":{"packets":[]}}', 1795970938827960, 2, 1795970938827960, 0, NULL, NULL, 1795970938851509),
	(6, 1000, 5, '5-acknowledged-1', 'acknowledged', '"acknowledged"', 1795970940485450, 2, 1795970940485450, 0, NULL, NULL, 1795970940493553),
	(7, 1000, 5, '5-paid-1', 'paid', '{"paid":{"transaction_id":null}}', 1795970940511044, 2, 1795970940511044, 0, NULL, NULL, 1795970940522446),
	(8, 1000, 6, '6-cancelled-1', 'cancelled', '{"cancelled":{"reason":null}}', 1795970940534155, 2, 1795970940534155, 0, NULL, NULL, 1795970940543962),
	(10, 1000, 7, '7-paid-1', 'paid', '{"paid":{"transaction_id":null}}', 1795970943500323, 0, 1795970943500323, 0, NULL, NULL, NULL),
	(9, 1000, 5, '5-shipped-1', 'shipped', '{"shipped":{"packets":[{"tracking_number":"0034","return_number":null,"carrier":"DHL","dispatch_type":null,"shipped_at":"2026-01-20T09:00:00Z"}]}}', 1795970942467346, 0, 1795970950511747, 2, 1795970942474882, 'unavailable: the sandbox is down (fault `down`)', NULL);


--
-- Data for Name: outbox_states; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.outbox_states VALUES
	(4, 0, 1000, 1795970938278182, 1, 1795970938278182, 0, NULL, 'OFFER_INCOMPLETE: the item has no price in price list "default" today'),
	(4, 1, 1000, 1795970938278182, 1, 1795970938278182, 0, NULL, 'OFFER_INCOMPLETE: the item has no price in price list "default" today'),
	(4, 3, 1000, 1795970938278182, 1, 1795970938278182, 0, NULL, 'OFFER_INCOMPLETE: the item has no price in price list "default" today'),
	(4, 2, 1000, 1795970938321449, 1, 1795970938321449, 0, NULL, 'OFFER_INCOMPLETE: the item has no price in price list "default" today'),
	(7, 3, 1000, 1795970942467346, 0, 1795970942467346, 0, NULL, NULL),
	(8, 3, 1000, 1795970943518094, 0, 1795970943518094, 0, NULL, NULL),
	(14, 3, 1001, 1795970943518094, 0, 1795970946257786, 1, 1795970944314295, 'unavailable: the sandbox is down (fault `down`)'),
	(16, 3, 1001, 1795970943518094, 0, 1795970946257786, 1, 1795970944314295, 'unavailable: the sandbox is down (fault `down`)'),
	(12, 0, 1000, 1795970944334700, 0, 1795970944334700, 0, NULL, NULL),
	(12, 1, 1000, 1795970944334700, 0, 1795970944334700, 0, NULL, NULL),
	(12, 2, 1000, 1795970944334700, 0, 1795970944334700, 0, NULL, NULL),
	(12, 3, 1000, 1795970944334700, 0, 1795970944334700, 0, NULL, NULL),
	(7, 1, 1000, 1795970944347212, 0, 1795970944347212, 0, NULL, NULL),
	(13, 1, 1001, 1795970944347212, 0, 1795970944347212, 0, NULL, NULL),
	(10, 1, 1000, 1795970944347212, 0, 1795970944347212, 0, NULL, NULL),
	(17, 1, 1001, 1795970944347212, 0, 1795970944347212, 0, NULL, NULL);


--
-- Data for Name: price_validities; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.price_validities VALUES
	(1, 4, NULL, NULL, NULL),
	(2, 4, 'Sale of 2020', '2020-07-01', '2020-07-14'),
	(3, 1, NULL, NULL, NULL),
	(4, 2, 'Century', '2001-01-01', '2099-12-31'),
	(5, 2, NULL, NULL, NULL),
	(6, 3, NULL, NULL, NULL);


--
-- Data for Name: pricelists; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.pricelists VALUES
	(4, 1, 'Shop prices', 'B2C', 'EUR', 2, false, 1795970937366932, 'erp', 1795970937378094, 'erp'),
	(2, 1, 'clearance', NULL, 'EUR', 1, true, 1795970936835805, 'configuration', 1795970939531272, 'erp'),
	(1, 1, 'default', NULL, 'EUR', 1, true, 1795970936835805, 'configuration', 1795970939531272, 'erp'),
	(3, 2, 'netto', NULL, 'EUR', 1, false, 1795970936835805, 'configuration', 1795970939539836, 'erp');


--
-- Data for Name: prices; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.prices VALUES
	(1, 2, 99000),
	(1, 3, 105000),
	(2, 2, 79000),
	(3, 2, 119000),
	(3, 3, 119000),
	(3, 5, 50000),
	(1, 5, 42000),
	(1, 6, 15000),
	(4, 10, 44400),
	(5, 10, 55500),
	(5, 13, 30000),
	(3, 8, 199900),
	(3, 9, 70000),
	(3, 10, 66600),
	(3, 12, 10100),
	(3, 13, 20000),
	(6, 14, 168000);


--
-- Data for Name: replays; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.replays VALUES
	(1, '0MqoQK8EpPFLg9jDdbg+1avQEWTPJDogshYCJSez//c', false, '0MqoQK8EpPFLg9jDdbg+1avQEWTPJDogshYCJSez//c', false, '<response method="updateCategories" version="1.0.0"><report return_code="0" reference_id="c-1" action="insert"><category><category_id>1</category_id><external_id>mugs</external_id></category></report><report return_code="0" reference_id="c-2" action="insert"><category><category_id>2</category_id><external_id>kitchen</external_id></category></report></response>', 2, 0, 1795970937152608),
	(2, 'aAQSWWoi//2EnEwZAkRbzV2V4Oj8Uc/2J1twyiLjMLg', false, 'aAQSWWoi//2EnEwZAkRbzV2V4Oj8Uc/2J1twyiLjMLg', false, '<response method="updateCategories" version="1.0.0"><report return_code="0" reference_id="good" action="insert"><category><category_id>3</category_id><external_id>plates</external_id></category></report><report return_code="-4004" reference_id="no such parent"><error_description>category 2 (line 8), external_parent_id: category &quot;cellar&quot; does not exist in mandator 1; create it with updateCategories first</error_description><category><external_id>glasses</external_id></category></report><report return_code="-3013" reference_id="its own ancestor"><error_description>category 3 (line 14), external_parent_id: &quot;Kitchen&quot; would become its own ancestor; choose another parent</error_description><category><category_id>2</category_id></category></report><report return_code="0" reference_id="renamed" action="update"><category><category_id>1</category_id><external_id>mugs</external_id></category></report></response>', 4, 2, 1795970937204180),
	(3, 'h9wCDb5cb1wiIj6orJbpQ8DXFVLdwKIkLAUY1ELCogo', false, 'h9wCDb5cb1wiIj6orJbpQ8DXFVLdwKIkLAUY1ELCogo', false, '<response method="updateItems" version="1.0.0"><report return_code="0" reference_id="row-1" action="insert"><item><item_id>1</item_id><internal_item_number>MUG</internal_item_number></item></report></response>', 1, 0, 1795970937233346),
	(4, 'E9f7KNvtn9SxzIj4fA5ngxHg8Jif/5d39X8RedW8lTI', false, 'E9f7KNvtn9SxzIj4fA5ngxHg8Jif/5d39X8RedW8lTI', false, '<response method="updateItems" version="1.0.0"><report return_code="0" reference_id="blue" action="insert"><item><item_id>2</item_id><internal_item_number>MUG-BL</internal_item_number></item></report><report return_code="0" reference_id="red" action="insert"><item><item_id>3</item_id><internal_item_number>MUG-RD</internal_item_number></item></report><report return_code="0" reference_id="parent by number" action="insert"><item><item_id>4</item_id><internal_item_number>MUG-GN</internal_item_number></item></report></response>', 3, 0, 1795970937243982),
	(5, 'HOeqyEqVHi6Loguta43rnTSF+nUPiRULM4zdlX1ZTpM', false, 'HOeqyEqVHi6Loguta43rnTSF+nUPiRULM4zdlX1ZTpM', false, '<response method="updateItems" version="1.0.0"><report return_code="0" reference_id="by EAN" action="update"><item><item_id>1</item_id><internal_item_number>MUG</internal_item_number></item></report></response>', 1, 0, 1795970937250048),
	(6, 'D/JnZAk4qYtuH35wbocb+TJ5ArjIeVBaEkaALI4x2m8', false, 'D/JnZAk4qYtuH35wbocb+TJ5ArjIeVBaEkaALI4x2m8', false, '<response method="updateItems" version="1.0.0"><report return_code="0" reference_id="good" action="insert"><item><item_id>5</item_id><internal_item_number>PLATE</internal_item_number></item></report><report return_code="-4004" reference_id="no such group"><error_description>item 2 (line 9), external_category_id: category &quot;cellar&quot; does not exist in mandator 1; create it with updateCategories first</error_description><item><internal_item_number>GLASS</internal_item_number></item></report><report return_code="-3001" reference_id="no name"><error_description>item 3 (line 16): a value is missing; send identifier</error_description><item><internal_item_number>BOWL</internal_item_number></item></report><report return_code="0" reference_id="good too" action="insert"><item><item_id>6</item_id><internal_item_number>SPOON</internal_item_number></item></report></response>', 4, 2, 1795970937262674),
	(7, 'iUsm3R6BWhwIuPONmhlQRjhpcPXHiM5tBqjhZU28kTA', false, 'iUsm3R6BWhwIuPONmhlQRjhpcPXHiM5tBqjhZU28kTA', false, '<response method="updateItems" version="1.0.0"><report return_code="-3003" reference_id="weight in words"><error_description>item 1 (line 2), weight: &quot;heavy&quot; is not a decimal number; send digits with a dot, such as 10.50</error_description></report><report return_code="0" reference_id="good" action="insert"><item><item_id>7</item_id><internal_item_number>KNIFE</internal_item_number></item></report><report return_code="-3007" reference_id="unknown key"><error_description>item 3 (line 15), significant_key: &quot;colour&quot; is not one of internal_item_number, item_id, ean_code; send one of them</error_description></report></response>', 3, 2, 1795970937267387),
	(8, 'occCwJNpRh6vObq9Gf118rBS/VYyOx9oTV878WpYVms', false, 'occCwJNpRh6vObq9Gf118rBS/VYyOx9oTV878WpYVms', false, '<response method="updatePricelist" version="1.0.0"><report return_code="0" reference_id="pl-1" action="insert"><pricelist><pricelist_id>4</pricelist_id><identifier>Shop prices</identifier><external_id>B2C</external_id></pricelist></report><report return_code="0" reference_id="of the account" action="update"><pricelist><pricelist_id>1</pricelist_id><identifier>default</identifier></pricelist></report></response>', 2, 0, 1795970937366932),
	(9, 'vzxc1+krbakI7FGb4a9I5OfSrKZEfj8W2fjW6I6CkPg', false, 'vzxc1+krbakI7FGb4a9I5OfSrKZEfj8W2fjW6I6CkPg', false, '<response method="updatePricelist" version="1.0.0"><report return_code="0" reference_id="price added" action="update"><pricelist><pricelist_id>4</pricelist_id><identifier>Shop prices</identifier><external_id>B2C</external_id></pricelist></report><report return_code="-4014" reference_id="an unknown article"><error_description>pricelist 2 (line 14): 1 entries name item numbers that do not exist: NOWHERE; the other entries were stored, create these items first</error_description><pricelist><pricelist_id>4</pricelist_id><identifier>Shop prices</identifier><external_id>B2C</external_id></pricelist></report><report return_code="-3014" reference_id="half a period"><error_description>pricelist 3 (line 27), validity: a limited validity needs valid_to; send identifier, valid_from and valid_to together, or none of them</error_description><pricelist><identifier>default</identifier></pricelist></report><report return_code="-5002" reference_id="another currency"><error_description>pricelist 4 (line 41), iso_currency: the currency EUR is fixed, because the list is assigned to account 1000; use a new price list for CHF</error_description><pricelist><identifier>default</identifier></pricelist></report></response>', 4, 3, 1795970937378094),
	(10, 'FNuThCyjajQZKgon+lteyQ0o7BcXphk1/NaUQK32ZMw', false, 'FNuThCyjajQZKgon+lteyQ0o7BcXphk1/NaUQK32ZMw', false, '<response method="updatePrices" version="1.0.0"><report return_code="0" reference_id="p-1" action="update"><item><item_id>2</item_id><internal_item_number>MUG-BL</internal_item_number></item></report><report return_code="0" reference_id="p-2" action="update"><item><item_id>1</item_id><internal_item_number>MUG</internal_item_number></item></report><report return_code="0" reference_id="p-3" action="update"><item><item_id>1</item_id><internal_item_number>MUG</internal_item_number></item></report></response>', 3, 0, 1795970937405968),
	(11, 'OqssRojvN0IH9L8DRq4/bxSAGu25NJTGkvDRYmL37Ok', false, 'OqssRojvN0IH9L8DRq4/bxSAGu25NJTGkvDRYmL37Ok', false, '<response method="updatePrices" version="1.0.0"><report return_code="-4001" reference_id="unknown"><error_description>item 1 (line 2): no item has internal_item_number &quot;NOWHERE&quot; in mandator 1; create it with updateItems first</error_description><item><internal_item_number>NOWHERE</internal_item_number></item></report><report return_code="0" reference_id="good" action="update"><item><item_id>5</item_id><internal_item_number>PLATE</internal_item_number></item></report></response>', 2, 1, 1795970937414173),
	(12, 'oXLOIMHdGnCdMEZPwC5l9D8ooEZhTFOxoXSivmD0i9Y', false, 'oXLOIMHdGnCdMEZPwC5l9D8ooEZhTFOxoXSivmD0i9Y', true, '<response method="updateStockCount" version="1.0.0"><report return_code="0" reference_id="set" action="update"><item><item_id>2</item_id><internal_item_number>MUG-BL</internal_item_number></item></report><report return_code="0" reference_id="taken" action="update"><item><item_id>2</item_id><internal_item_number>MUG-BL</internal_item_number></item></report><report return_code="0" reference_id="two bookings" action="update"><item><item_id>3</item_id><internal_item_number>MUG-RD</internal_item_number></item></report><report return_code="0" reference_id="added to nothing" action="update"><item><item_id>5</item_id><internal_item_number>PLATE</internal_item_number></item></report></response>', 4, 0, 1795970937422396),
	(13, 'JHII3R7aee+FndNZ62NKgV12xRYGRrr+vxQYAO/eeWQ', false, 'JHII3R7aee+FndNZ62NKgV12xRYGRrr+vxQYAO/eeWQ', true, '<response method="updateStockCount" version="1.0.0"><report return_code="0" reference_id="good" action="update"><item><item_id>2</item_id><internal_item_number>MUG-BL</internal_item_number></item></report><report return_code="-4001" reference_id="unknown article"><error_description>item 2 (line 14): no item has internal_item_number &quot;NOWHERE&quot; in mandator 1; create it with updateItems first</error_description><item><internal_item_number>NOWHERE</internal_item_number></item></report><report return_code="-4003" reference_id="unknown warehouse"><error_description>item 3 (line 26), stock_item 2, warehouse_code: warehouse &quot;cellar&quot; does not exist in mandator 1; fetchWarehouses lists them</error_description><item><internal_item_number>MUG-BL</internal_item_number></item></report><report return_code="-5006" reference_id="too many"><error_description>item 4 (line 44), stock_item 1, stock_count: the booking would make the stock 2147483657, outside -2147483648 to 2147483647; correct the quantity</error_description><item><internal_item_number>MUG-RD</internal_item_number></item></report></response>', 4, 3, 1795970937435112),
	(14, '45Q0ykrR9whrtCDdD/CSchI9bMj8QmF3KfN3v3UVxCM', false, '45Q0ykrR9whrtCDdD/CSchI9bMj8QmF3KfN3v3UVxCM', true, '<response method="updateStockCount" version="1.0.0"><report return_code="-3002" reference_id="half a mug"><error_description>item 1 (line 2), stock_items, stock_item 1, stock_count: &quot;12,5&quot; is not a whole number from -2147483648 to 2147483647; send whole units without separators</error_description></report><report return_code="0" reference_id="good" action="update"><item><item_id>5</item_id><internal_item_number>PLATE</internal_item_number></item></report></response>', 2, 1, 1795970937478570),
	(15, 'byqQTE22wrQRZverJKxvWHFjW/4CYHxgB8rUhNK3elA', false, 'byqQTE22wrQRZverJKxvWHFjW/4CYHxgB8rUhNK3elA', false, '<response method="updateStockCount" version="1.0.0"><report return_code="0" reference_id="three values" action="update"><item><item_id>5</item_id><internal_item_number>PLATE</internal_item_number></item></report><report return_code="-3010" reference_id="below zero"><error_description>item 2 (line 16), safety_stock: -1 is outside 0 to 2147483647; send a value within it</error_description><item><internal_item_number>PLATE</internal_item_number></item></report></response>', 2, 1, 1795970937514477),
	(16, '0xXtMalgCXLWoJNaBgJgNt9anEnUVVTn9YpPGaAmngo', false, '0xXtMalgCXLWoJNaBgJgNt9anEnUVVTn9YpPGaAmngo', false, '<response method="prepareOffers" version="1.0.0"><report return_code="0" reference_id="blue" action="insert"><offer><offer_id>1</offer_id><account_id>1000</account_id><item_id>2</item_id></offer></report><report return_code="0" reference_id="red" action="insert"><offer><offer_id>2</offer_id><account_id>1000</account_id><item_id>3</item_id></offer></report><report return_code="0" reference_id="blue again" action="update"><offer><offer_id>1</offer_id><account_id>1000</account_id><item_id>2</item_id></offer></report></response>', 3, 0, 1795970937582381),
	(17, 'AAUXlFjvd3M6/BW4X/0+g6C5uiFRL0zZuUyvC6Yu6H0', false, 'AAUXlFjvd3M6/BW4X/0+g6C5uiFRL0zZuUyvC6Yu6H0', false, '<response method="prepareOffers" version="1.0.0"><report return_code="0" reference_id="e-1" action="insert"><offer><offer_id>3</offer_id><account_id>1000</account_id><item_id>5</item_id></offer></report><report return_code="0" reference_id="r-1" action="insert"><offer><offer_id>4</offer_id><account_id>1000</account_id><item_id>6</item_id></offer></report></response>', 2, 0, 1795970937590231),
	(18, '4kBEgxbcVGFDVZYfBB9tGhWs7SXvKYnYbT4WSRkJ1/Y', false, '4kBEgxbcVGFDVZYfBB9tGhWs7SXvKYnYbT4WSRkJ1/Y', false, '<response method="prepareOffers" version="1.0.0"><report return_code="0" reference_id="no such account" action="insert"><offer><offer_id>5</offer_id><account_id>1001</account_id><item_id>2</item_id></offer></report><report return_code="-4001" reference_id="no such article"><error_description>offer 2 (line 7): no item has internal_item_number &quot;NOWHERE&quot; in mandator 1; create it with updateItems first</error_description><offer><account_id>1000</account_id></offer></report><report return_code="0" reference_id="good" action="insert"><offer><offer_id>6</offer_id><account_id>1000</account_id><item_id>7</item_id></offer></report></response>', 3, 1, 1795970937597975),
	(19, 'd/2fQmzkoPLkFfJeGW9F2r6WWHGdXTe/9XekaFUS6y0', false, 'd/2fQmzkoPLkFfJeGW9F2r6WWHGdXTe/9XekaFUS6y0', false, '<response method="uploadOffers" version="1.0.0"><report return_code="0"/></response>', 1, 0, 1795970937602717),
	(20, 'MuAIPQ/9klxVhPl5ryV5TvI9ShqpiNeO+a79KoUrzzA', false, 'MuAIPQ/9klxVhPl5ryV5TvI9ShqpiNeO+a79KoUrzzA', false, '<response method="uploadOffers" version="1.0.0"><report return_code="0"><failed_offers><offer_id>77</offer_id></failed_offers></report><report return_code="-5007"><error_description>the offer cannot be listed: the item has no price in price list &quot;default&quot; today; fetchUploadMessages tells what to send</error_description><failed_offers><offer_id>4</offer_id></failed_offers></report></response>', 1, 0, 1795970937653052),
	(21, 'qwqxOh522TONBE3Rj1PauoRdqJiqX1uFzfCXJw0L+yo', false, 'qwqxOh522TONBE3Rj1PauoRdqJiqX1uFzfCXJw0L+yo', false, '<response method="updateTextModuleTypes" version="1.0.0"><report return_code="0" reference_id="t-1" action="insert"><text_module_type><text_module_type_id>1</text_module_type_id><mandator_id>1</mandator_id><identifier>Bullet point</identifier><is_html>false</is_html><max_length>80</max_length></text_module_type></report><report return_code="0" reference_id="t-2" action="insert"><text_module_type><text_module_type_id>2</text_module_type_id><mandator_id>1</mandator_id><identifier>Care</identifier></text_module_type></report><report return_code="0" reference_id="t-3" action="update"><text_module_type><text_module_type_id>2</text_module_type_id><mandator_id>1</mandator_id><identifier>Care instructions</identifier><is_html>true</is_html></text_module_type></report></response>', 3, 0, 1795970937724258),
	(51, 'pU1agZuD6bdbLcbsCsyljGNe/pOOY0yRugWH3IHX3YA', false, 'pU1agZuD6bdbLcbsCsyljGNe/pOOY0yRugWH3IHX3YA', false, '<response method="updateDeliveryTimes" version="1.0.0"><report return_code="0" action="insert"><delivery_time><delivery_time_id>4</delivery_time_id><mandator_id>1</mandator_id><identifier>another</identifier><delivery_time_in_days>9</delivery_time_in_days></delivery_time></report></response>', 1, 0, 1795970939417801),
	(22, 'TeVV8UhtsXCGG679al7WvHCrNapToNYohs+2gCuUI2M', false, 'TeVV8UhtsXCGG679al7WvHCrNapToNYohs+2gCuUI2M', false, '<response method="updateTextModuleTypes" version="1.0.0"><report return_code="-4011" reference_id="no such type"><error_description>text_module_type 1 (line 2): no record has text_module_type_id &quot;99&quot;, and a new one cannot be created under that key; use another significant_key</error_description><text_module_type><text_module_type_id>99</text_module_type_id><mandator_id>1</mandator_id></text_module_type></report><report return_code="-3010" reference_id="no length"><error_description>text_module_type 2 (line 6), max_length: 0 is outside 1 to 2147483647; send a value within it</error_description><text_module_type><mandator_id>1</mandator_id><identifier>Teaser</identifier></text_module_type></report><report return_code="-3012" reference_id="taken"><error_description>text_module_type 3 (line 11): identifier &quot;Bullet point&quot; stands more than once; send it once</error_description><text_module_type><text_module_type_id>2</text_module_type_id><mandator_id>1</mandator_id><identifier>Bullet point</identifier></text_module_type></report><report return_code="0" reference_id="good" action="update"><text_module_type><text_module_type_id>1</text_module_type_id><mandator_id>1</mandator_id><identifier>Bullet point</identifier><is_html>false</is_html><max_length>90</max_length></text_module_type></report></response>', 4, 3, 1795970937736072),
	(23, 'KcLUIUSE7z17dEKg/U0MUHaKWYY4CQxmDmBSm6W81hs', false, 'KcLUIUSE7z17dEKg/U0MUHaKWYY4CQxmDmBSm6W81hs', false, '<response method="updateImageModuleTypes" version="1.0.0"><report return_code="0" reference_id="i-1" action="insert"><image_module_type><image_module_type_id>1</image_module_type_id><mandator_id>1</mandator_id><identifier>Front</identifier></image_module_type></report><report return_code="0" reference_id="i-2" action="insert"><image_module_type><image_module_type_id>2</image_module_type_id><mandator_id>1</mandator_id><identifier>Back</identifier></image_module_type></report><report return_code="0" reference_id="i-3" action="update"><image_module_type><image_module_type_id>2</image_module_type_id><mandator_id>1</mandator_id><identifier>Rear</identifier></image_module_type></report></response>', 3, 0, 1795970937764093),
	(24, 'tGwwgyw0izDG95o7jVJTBilhDFzGzJQYBE6hhlhcVCE', false, 'tGwwgyw0izDG95o7jVJTBilhDFzGzJQYBE6hhlhcVCE', false, '<response method="updateDeliveryTimes" version="1.0.0"><report return_code="0" reference_id="d-1" action="update"><delivery_time><delivery_time_id>1</delivery_time_id><mandator_id>1</mandator_id><identifier>1-2 days</identifier><delivery_time_in_days>2</delivery_time_in_days><translations><translation><language_code_iso>de</language_code_iso><text>1-2 Tage</text></translation></translations></delivery_time></report><report return_code="0" reference_id="d-2" action="insert"><delivery_time><delivery_time_id>3</delivery_time_id><mandator_id>1</mandator_id><identifier>made to order</identifier></delivery_time></report><report return_code="0" reference_id="d-3" action="update"><delivery_time><delivery_time_id>2</delivery_time_id><mandator_id>1</mandator_id><identifier>3-5 days</identifier><delivery_time_in_days>30</delivery_time_in_days></delivery_time></report><report return_code="0" reference_id="d-4" action="update"><delivery_time><delivery_time_id>2</delivery_time_id><mandator_id>1</mandator_id><identifier>3-5 days</identifier><delivery_time_in_days>5</delivery_time_in_days></delivery_time></report></response>', 4, 0, 1795970937791480),
	(25, '3wHQgWLL6H3IZcyp2UfU/Cl3H4UWyvqtOMa30GxdcyE', false, '3wHQgWLL6H3IZcyp2UfU/Cl3H4UWyvqtOMa30GxdcyE', false, '<response method="updateDeliveryTimes" version="1.0.0"><report return_code="-4011" reference_id="no such time"><error_description>delivery_time 1 (line 2): no record has delivery_time_id &quot;99&quot;, and a new one cannot be created under that key; use another significant_key</error_description><delivery_time><delivery_time_id>99</delivery_time_id><mandator_id>1</mandator_id></delivery_time></report><report return_code="-3001" reference_id="no name"><error_description>delivery_time 2 (line 6): a value is missing; send identifier</error_description><delivery_time><mandator_id>1</mandator_id></delivery_time></report><report return_code="-4005" reference_id="no such mandator"><error_description>delivery_time 3 (line 9): mandator 7 does not exist; fetchMandators lists them</error_description><delivery_time><mandator_id>7</mandator_id><identifier>tomorrow</identifier></delivery_time></report><report return_code="0" reference_id="good" action="update"><delivery_time><delivery_time_id>3</delivery_time_id><mandator_id>1</mandator_id><identifier>made to order</identifier><delivery_time_in_days>28</delivery_time_in_days></delivery_time></report></response>', 4, 3, 1795970937808121),
	(26, 'LmfHH6X9ZN6pGW/TmcQJVokrr+LNKmI0X8rhnqXjd+k', false, 'LmfHH6X9ZN6pGW/TmcQJVokrr+LNKmI0X8rhnqXjd+k', false, '<response method="updateDeliveryChargeCategories" version="1.0.0"><report return_code="-5020" reference_id="p-1"><error_description>delivery_charge_category 1 (line 2): &quot;parcel&quot; is set in the configuration file; have the admin change it there</error_description><delivery_charge_category><mandator_id>1</mandator_id><identifier>Parcel</identifier></delivery_charge_category></report><report return_code="0" reference_id="p-2" action="insert"><delivery_charge_category><delivery_charge_category_id>2</delivery_charge_category_id><mandator_id>1</mandator_id><external_id>bulky</external_id><identifier>Bulky goods</identifier></delivery_charge_category></report><report return_code="0" reference_id="p-3" action="update"><delivery_charge_category><delivery_charge_category_id>2</delivery_charge_category_id><mandator_id>1</mandator_id><external_id>bulky</external_id><identifier>Freight</identifier></delivery_charge_category></report></response>', 3, 1, 1795970937841513),
	(27, 'zKZ/mA+dGHdjq+KLCCSnulz0mSug4xMufaQvv9FMGGY', false, 'zKZ/mA+dGHdjq+KLCCSnulz0mSug4xMufaQvv9FMGGY', false, '<response method="updateTemplates" version="1.0.0"><report return_code="0" reference_id="v-1" action="insert"><template><template_id>1</template_id><mandator_id>1</mandator_id><template_identifier>page</template_identifier><content>&lt;h1&gt;{{ item.identifier }}&lt;/h1&gt;{{ texts[15] }}</content></template></report><report return_code="0" reference_id="v-2" action="update"><template><template_id>1</template_id><mandator_id>1</mandator_id><template_identifier>shop page</template_identifier><content>&lt;h1&gt;{{ item.identifier }}&lt;/h1&gt;{{ texts[15] }}</content></template></report></response>', 2, 0, 1795970937907130),
	(28, 'cyvilfhGWim5+KVXESYkoMv9CeHdPt3tN48EZwVDWiA', false, 'cyvilfhGWim5+KVXESYkoMv9CeHdPt3tN48EZwVDWiA', false, '<response method="updateTemplates" version="1.0.0"><report return_code="-3020" reference_id="broken"><error_description>template 1 (line 2), content: the template is broken in line 1: syntax error: unexpected end of input, expected end of block; correct that line</error_description><template><mandator_id>1</mandator_id><template_identifier>broken</template_identifier></template></report><report return_code="0" reference_id="good" action="insert"><template><template_id>2</template_id><mandator_id>1</mandator_id><template_identifier>plain</template_identifier><content>{{ item.identifier }}</content></template></report></response>', 2, 1, 1795970937928194),
	(52, '35+QdRhSd66G9uuAhHytoFDCT7O7kSzc4yE3jBzzGU0', false, '35+QdRhSd66G9uuAhHytoFDCT7O7kSzc4yE3jBzzGU0', false, '<response method="updateDeliveryTimes" version="1.0.0"><report return_code="0" action="insert"><delivery_time><delivery_time_id>5</delivery_time_id><mandator_id>2</mandator_id><identifier>another</identifier><delivery_time_in_days>9</delivery_time_in_days></delivery_time></report></response>', 1, 0, 1795970939433853),
	(29, 'VkS6D6WFXLkY84jmKLkimve84tEVtMyqpphzLmi7G9o', false, 'VkS6D6WFXLkY84jmKLkimve84tEVtMyqpphzLmi7G9o', false, '<response method="updateAccountCategories" version="1.0.0"><report return_code="0" reference_id="a-1" action="insert"><account_category><account_category_id>2</account_category_id><external_id>4711</external_id></account_category></report><report return_code="0" reference_id="a-2" action="insert"><account_category><account_category_id>3</account_category_id><external_id>4700</external_id></account_category></report><report return_code="0" reference_id="a-3" action="update"><account_category><account_category_id>2</account_category_id><external_id>4711</external_id></account_category></report><report return_code="0" reference_id="a-4" action="insert"><account_category><account_category_id>4</account_category_id><external_id>4800</external_id></account_category></report></response>', 4, 0, 1795970937968673),
	(30, '6V5KunqfnWuXDzj9n7Yx6/LopFyOVqFgWM9l1lq7sHk', false, '6V5KunqfnWuXDzj9n7Yx6/LopFyOVqFgWM9l1lq7sHk', false, '<response method="updateAccountCategories" version="1.0.0"><report return_code="-4006" reference_id="no such account"><error_description>account_category 1 (line 2), account_id: account &quot;9999&quot; does not exist in mandator 1, 2; fetchAccounts lists them</error_description><account_category><external_id>1</external_id></account_category></report><report return_code="-4020" reference_id="no such parent"><error_description>account_category 2 (line 7), external_parent_id: account 1000 has no category &quot;9999&quot;; create it with updateAccountCategories, fetchAccountCategories lists them</error_description><account_category><external_id>4712</external_id></account_category></report><report return_code="0" reference_id="its own ancestor" action="update"><account_category><account_category_id>3</account_category_id><external_id>4700</external_id></account_category></report><report return_code="-4004" reference_id="no such group"><error_description>account_category 4 (line 18), mapped_categories: category &quot;99&quot; does not exist in mandator 1; create it with updateCategories first</error_description><account_category><account_category_id>3</account_category_id></account_category></report><report return_code="0" reference_id="switched off" action="update"><account_category><account_category_id>4</account_category_id><external_id>4800</external_id></account_category></report></response>', 5, 3, 1795970938044058),
	(31, 'GPH+s9391gl1jPQ0tvXI8Ah35B2OrzBLxT/+YB7Ongc', false, 'GPH+s9391gl1jPQ0tvXI8Ah35B2OrzBLxT/+YB7Ongc', false, '<response method="updateItemAccountCategoryMapping" version="1.0.0"><report return_code="0" reference_id="m-1" action="update"><item><item_id>1</item_id><internal_item_number>MUG</internal_item_number></item></report><report return_code="0" reference_id="m-2" action="update"><item><item_id>1</item_id><internal_item_number>MUG</internal_item_number></item></report></response>', 2, 0, 1795970938100793),
	(32, 'dw6wuB1FKm4wu8joZaTQmQhVkTUEDaTQBfdnQwhEy7s', false, 'dw6wuB1FKm4wu8joZaTQmQhVkTUEDaTQBfdnQwhEy7s', false, '<response method="updateItemAccountCategoryMapping" version="1.0.0"><report return_code="-4001" reference_id="no such item"><error_description>item 1 (line 2): no item has internal_item_number &quot;NOWHERE&quot; in mandator 1; create it with updateItems first</error_description><item><internal_item_number>NOWHERE</internal_item_number></item></report><report return_code="-4020" reference_id="no such category"><error_description>item 2 (line 7), account_categories: account 1000 has no category &quot;9999&quot;; create it with updateAccountCategories, fetchAccountCategories lists them</error_description><item><internal_item_number>MUG</internal_item_number></item></report><report return_code="0" reference_id="taken out again" action="update"><item><item_id>1</item_id><internal_item_number>MUG</internal_item_number></item></report></response>', 3, 2, 1795970938155940),
	(33, 'YvCjLTj9EHbW8YEPh1+MX+R+D3sPLpp3yQkoQhZkPkU', false, 'YvCjLTj9EHbW8YEPh1+MX+R+D3sPLpp3yQkoQhZkPkU', false, '<response method="retryChanges" version="1.0.0"><report return_code="0" reference_id="a" action="update"><change><mandator_id>1</mandator_id><change_id>price-4</change_id><account_id>1000</account_id><retried>1</retried></change></report><report return_code="0" reference_id="b" action="update"><change><mandator_id>1</mandator_id><account_id>1000</account_id><retried>3</retried></change></report></response>', 2, 0, 1795970938278182),
	(34, 'jBJY5K8YE8JnI2cDQjXcc7H9LNomK55QdSwhpAPWDbg', false, 'jBJY5K8YE8JnI2cDQjXcc7H9LNomK55QdSwhpAPWDbg', false, '<response method="retryChanges" version="1.0.0"><report return_code="-4021" reference_id="unknown"><error_description>change 1 (line 2): no change &quot;price-77&quot; is on its way in mandator 1, it may have arrived meanwhile; fetchPendingChanges lists all there are</error_description><change><mandator_id>1</mandator_id><change_id>price-77</change_id></change></report><report return_code="0" reference_id="good" action="update"><change><mandator_id>1</mandator_id><change_id>price-4</change_id><account_id>1000</account_id><retried>1</retried></change></report><report return_code="-4006" reference_id="account"><error_description>change 3 (line 10), account_id: account &quot;77&quot; does not exist in mandator 1; fetchAccounts lists them</error_description><change><mandator_id>1</mandator_id><account_id>77</account_id></change></report><report return_code="-3001" reference_id="empty"><error_description>change 4 (line 14): a value is missing; send change_id or account_id</error_description><change><mandator_id>1</mandator_id></change></report></response>', 4, 3, 1795970938321449),
	(35, 'D1X/YyPTUEOZr7T1waRp/H97zomNXWOabNZya3DKZY0', false, 'D1X/YyPTUEOZr7T1waRp/H97zomNXWOabNZya3DKZY0', false, '<response method="syncPlatformOrders" version="1.0.0"><report return_code="0"><account><account_id>1000</account_id><mandator_id>1</mandator_id></account></report></response>', 1, 0, 1795970938365547),
	(36, 'ihV+XRo310x0GXXydyLD/uSFoSwfhC9atZtQDhKFCj8', false, 'ihV+XRo310x0GXXydyLD/uSFoSwfhC9atZtQDhKFCj8', false, '<response method="syncPlatformOrders" version="1.0.0"><report return_code="0"><account><account_id>1001</account_id><mandator_id>1</mandator_id></account></report><report return_code="0"><account><account_id>1000</account_id><mandator_id>1</mandator_id></account></report></response>', 2, 0, 1795970938440114),
	(37, 'l7RXnd9hZIs3C2I3CRk8e1KnrBqYSfkgVuP7qAvRQF0', false, 'l7RXnd9hZIs3C2I3CRk8e1KnrBqYSfkgVuP7qAvRQF0', false, '<response method="updateOrders" version="1.0.0"><report return_code="0" reference_id="o-1" action="update"><order><order_id>1</order_id><mandator_id>1</mandator_id><order_number_prefix>SB-</order_number_prefix><order_number>1000000</order_number><external_order_number_1>ERP-1</external_order_number_1><external_order_number_2>ERP-2</external_order_number_2><marketplace_order_id>S-100001</marketplace_order_id></order></report></response>', 1, 0, 1795970938528498),
	(38, '5hZhejuSFFAAVUUirVPG7oIZsfX5t3CqI2bhJQNwC2I', false, '5hZhejuSFFAAVUUirVPG7oIZsfX5t3CqI2bhJQNwC2I', false, '<response method="updateOrders" version="1.0.0"><report return_code="0" reference_id="phone" action="insert"><order><order_id>4</order_id><mandator_id>1</mandator_id><order_number_prefix>T-</order_number_prefix><order_number>1000003</order_number><external_order_number_1>ERP-77</external_order_number_1><external_order_number_2>OFFER-5</external_order_number_2><marketplace_order_id>PHONE-1</marketplace_order_id></order></report></response>', 1, 0, 1795970938548228),
	(39, 'xYPVxSoL//ldox1cvQHGKkx8/bxxBP5XAXBmZEgCgRc', false, 'xYPVxSoL//ldox1cvQHGKkx8/bxxBP5XAXBmZEgCgRc', false, '<response method="updateOrders" version="1.0.0"><report return_code="-4008" reference_id="unknown, in a channel"><error_description>order 1 (line 2): no order has external_order_number_1 &quot;ERP-99&quot; in mandator 1; fetchOrders lists them</error_description><order><mandator_id>1</mandator_id><external_order_number_1>ERP-99</external_order_number_1></order></report><report return_code="-3001" reference_id="half a key"><error_description>order 2 (line 7): a value is missing; send order_number and order_number_prefix</error_description><order><mandator_id>1</mandator_id><order_number>1000002</order_number></order></report><report return_code="-4013" reference_id="unknown notice"><error_description>order 3 (line 11), order_notice 1: the order has no notice 99; fetchOrders shows its notices</error_description><order><mandator_id>1</mandator_id><marketplace_order_id>S-100001</marketplace_order_id></order></report><report return_code="0" reference_id="good" action="update"><order><order_id>2</order_id><mandator_id>1</mandator_id><order_number_prefix>SB-</order_number_prefix><order_number>1000001</order_number><external_order_number_1>ERP-2</external_order_number_1><marketplace_order_id>S-100002</marketplace_order_id></order></report></response>', 4, 3, 1795970938596637),
	(40, 'lPq1BSYPhKdtwVw4y28eAFI9lVotSXr84z4HPkhYPsQ', false, 'lPq1BSYPhKdtwVw4y28eAFI9lVotSXr84z4HPkhYPsQ', false, '<response method="updateOrders" version="1.0.0"><report return_code="0" reference_id="changed and removed" action="update"><order><order_id>1</order_id><mandator_id>1</mandator_id><order_number_prefix>SB-</order_number_prefix><order_number>1000000</order_number><external_order_number_1>ERP-1</external_order_number_1><external_order_number_2>ERP-2</external_order_number_2><marketplace_order_id>S-100001</marketplace_order_id></order></report></response>', 1, 0, 1795970938616107),
	(41, '52KUyAtviiB/D4h02rP9TTCm7JxScfwhgqYjk5vg1HM', false, '52KUyAtviiB/D4h02rP9TTCm7JxScfwhgqYjk5vg1HM', false, '<response method="updateOrderStatus" version="1.0.0"><report return_code="0" reference_id="f-1" action="update"><order><order_id>1</order_id><mandator_id>1</mandator_id><order_number_prefix>SB-</order_number_prefix><order_number>1000000</order_number><external_order_number_1>ERP-1</external_order_number_1><external_order_number_2>ERP-2</external_order_number_2><marketplace_order_id>S-100001</marketplace_order_id></order></report><report return_code="0" reference_id="f-2" action="update"><order><order_id>2</order_id><mandator_id>1</mandator_id><order_number_prefix>SB-</order_number_prefix><order_number>1000001</order_number><external_order_number_1>ERP-2</external_order_number_1><marketplace_order_id>S-100002</marketplace_order_id></order></report></response>', 2, 0, 1795970938632793),
	(42, 'OI47FsDGI/PRFfIARK43F1gfrLVexU8M6HHijBbz+Zk', false, 'OI47FsDGI/PRFfIARK43F1gfrLVexU8M6HHijBbz+Zk', false, '<response method="updateOrderStatus" version="1.0.0"><report return_code="0" reference_id="a-1" action="update"><order><order_id>1</order_id><mandator_id>1</mandator_id><order_number_prefix>SB-</order_number_prefix><order_number>1000000</order_number><external_order_number_1>ERP-1</external_order_number_1><external_order_number_2>ERP-2</external_order_number_2><marketplace_order_id>S-100001</marketplace_order_id></order></report></response>', 1, 0, 1795970938642385),
	(43, 'NlvPjW5RSfIRhtEW6TD4rpvakUEKwtqH90S75mGN6fE', false, 'NlvPjW5RSfIRhtEW6TD4rpvakUEKwtqH90S75mGN6fE', false, '<response method="updateOrderStatus" version="1.0.0"><report return_code="0" reference_id="p-1" action="update"><order><order_id>1</order_id><mandator_id>1</mandator_id><order_number_prefix>SB-</order_number_prefix><order_number>1000000</order_number><external_order_number_1>ERP-1</external_order_number_1><external_order_number_2>ERP-2</external_order_number_2><marketplace_order_id>S-100001</marketplace_order_id></order></report></response>', 1, 0, 1795970938686159),
	(44, '8xeLSpChSC/XkEwD3TgQBdm28Wk8Mz2QdD+FvPUWQAw', false, '8xeLSpChSC/XkEwD3TgQBdm28Wk8Mz2QdD+FvPUWQAw', false, '<response method="updateOrderStatus" version="1.0.0"><report return_code="0" reference_id="s-1" action="update"><order><order_id>1</order_id><mandator_id>1</mandator_id><order_number_prefix>SB-</order_number_prefix><order_number>1000000</order_number><external_order_number_1>ERP-1</external_order_number_1><external_order_number_2>ERP-2</external_order_number_2><marketplace_order_id>S-100001</marketplace_order_id></order></report></response>', 1, 0, 1795970938728690),
	(45, 'Jl8fU8QznrBsxR3MhFqA/EXCE2gWHHOqC1K4Kn+1pFE', false, 'Jl8fU8QznrBsxR3MhFqA/EXCE2gWHHOqC1K4Kn+1pFE', false, '<response method="updateOrderStatus" version="1.0.0"><report return_code="0" reference_id="x-1" action="update"><order><order_id>3</order_id><mandator_id>1</mandator_id><order_number_prefix>SB-</order_number_prefix><order_number>1000002</order_number><marketplace_order_id>S-100003</marketplace_order_id></order></report></response>', 1, 0, 1795970938772084),
	(46, 'vpOcmGSyjDDBw70mvOgetNDRe0koDepMfCB3vl3TOE8', false, 'vpOcmGSyjDDBw70mvOgetNDRe0koDepMfCB3vl3TOE8', false, '<response method="updateOrderStatus" version="1.0.0"><report return_code="-4008" reference_id="unknown"><error_description>order 1 (line 2): no order has external_order_number_1 &quot;ERP-99&quot; in mandator 1; fetchOrders lists them</error_description><order><mandator_id>1</mandator_id><external_order_number_1>ERP-99</external_order_number_1></order></report><report return_code="-5003" reference_id="paid after its end"><error_description>order 2 (line 7): the order is &quot;Cancelled&quot;, PAID is not possible any more; fetchOrders shows its state</error_description><order><order_id>3</order_id><mandator_id>1</mandator_id></order></report><report return_code="-3001" reference_id="no key"><error_description>order 3 (line 12): a value is missing; send transaction_id_2</error_description><order><mandator_id>1</mandator_id></order></report><report return_code="0" reference_id="good" action="update"><order><order_id>2</order_id><mandator_id>1</mandator_id><order_number_prefix>SB-</order_number_prefix><order_number>1000001</order_number><external_order_number_1>ERP-2</external_order_number_1><marketplace_order_id>S-100002</marketplace_order_id></order></report></response>', 4, 3, 1795970938827960),
	(47, 'bIqGZecnB+Es3NUYhMEswcv7TxnShYxT37CJjzBU3zs', false, 'bIqGZecnB+Es3NUYhMEswcv7TxnShYxT37CJjzBU3zs', false, '<response method="syncPlatformItems" version="1.0.0"><report return_code="0"><account><account_id>1000</account_id><mandator_id>1</mandator_id></account></report></response>', 1, 0, 1795970939084855),
	(48, 'pLEV5lZRvsBxHo6lBv2ki3xEAIez4K2Eoz7K5CUeUcg', false, 'pLEV5lZRvsBxHo6lBv2ki3xEAIez4K2Eoz7K5CUeUcg', false, '<response method="syncPlatformItems" version="1.0.0"><report return_code="0"><account><account_id>1001</account_id><mandator_id>1</mandator_id></account></report><report return_code="0"><account><account_id>1000</account_id><mandator_id>1</mandator_id></account></report></response>', 2, 0, 1795970939193735);
INSERT INTO public.replays VALUES
	(49, 'N4sNBrGbQFU8nuUWcoQLhJkusGv6T0Mj1dJHK+dA6yg', false, 'N4sNBrGbQFU8nuUWcoQLhJkusGv6T0Mj1dJHK+dA6yg', false, '<response method="updateCategories" version="1.0.0"><report return_code="0" action="update"><category><category_id>2</category_id><external_id>kitchen</external_id></category></report><report return_code="0" action="insert"><category><category_id>5</category_id><external_id>cups</external_id></category></report></response>', 2, 0, 1795970939317190),
	(50, 'ghQ/Dee/xjsodsa4TY9UA0YKuz7+yToRxBuJYNFcLns', false, 'ghQ/Dee/xjsodsa4TY9UA0YKuz7+yToRxBuJYNFcLns', false, '<response method="updateCategories" version="1.0.0"><report return_code="0" action="insert"><category><category_id>6</category_id><external_id>kitchen</external_id></category></report></response>', 1, 0, 1795970939404986),
	(53, 'a42tmdijfDdkhWRo7CHrmKoKnWthodka02P8ANR1B7I', false, 'a42tmdijfDdkhWRo7CHrmKoKnWthodka02P8ANR1B7I', false, '<response method="updateTextModuleTypes" version="1.0.0"><report return_code="0" action="insert"><text_module_type><text_module_type_id>3</text_module_type_id><mandator_id>1</mandator_id><identifier>another</identifier><is_html>false</is_html><max_length>500</max_length></text_module_type></report></response>', 1, 0, 1795970939446434),
	(54, 'TaPsPJQZZ4SFqg4LI5Iw6wVQcSaizTQghFfcTjZvgTM', false, 'TaPsPJQZZ4SFqg4LI5Iw6wVQcSaizTQghFfcTjZvgTM', false, '<response method="updateTextModuleTypes" version="1.0.0"><report return_code="0" action="insert"><text_module_type><text_module_type_id>4</text_module_type_id><mandator_id>2</mandator_id><identifier>another</identifier><is_html>false</is_html><max_length>500</max_length></text_module_type></report></response>', 1, 0, 1795970939459941),
	(55, 'KopbjSx3g2OGIEfit4dZZX3DR+XSgUDeZSbgEdXiGds', false, 'KopbjSx3g2OGIEfit4dZZX3DR+XSgUDeZSbgEdXiGds', false, '<response method="updateImageModuleTypes" version="1.0.0"><report return_code="0" action="insert"><image_module_type><image_module_type_id>3</image_module_type_id><mandator_id>1</mandator_id><identifier>another</identifier></image_module_type></report></response>', 1, 0, 1795970939462986),
	(56, 'BCuDaHH4KVHXL8eumDVS2z6FmACT7/ZmyCt6ZTxoAhI', false, 'BCuDaHH4KVHXL8eumDVS2z6FmACT7/ZmyCt6ZTxoAhI', false, '<response method="updateImageModuleTypes" version="1.0.0"><report return_code="0" action="insert"><image_module_type><image_module_type_id>4</image_module_type_id><mandator_id>2</mandator_id><identifier>another</identifier></image_module_type></report></response>', 1, 0, 1795970939469981),
	(57, 'nbhm5Tev6lSpjcD3OBgmX82N0Gy6m9J/SFRuQjMAPtE', false, 'nbhm5Tev6lSpjcD3OBgmX82N0Gy6m9J/SFRuQjMAPtE', false, '<response method="updateDeliveryChargeCategories" version="1.0.0"><report return_code="0" action="insert"><delivery_charge_category><delivery_charge_category_id>3</delivery_charge_category_id><mandator_id>1</mandator_id><external_id>another</external_id><identifier>another</identifier></delivery_charge_category></report></response>', 1, 0, 1795970939473004),
	(58, 'FZk/pqGF3mFmJtZ4q3WNQfyq6oOhHdh5G/FijU7IDQI', false, 'FZk/pqGF3mFmJtZ4q3WNQfyq6oOhHdh5G/FijU7IDQI', false, '<response method="updateDeliveryChargeCategories" version="1.0.0"><report return_code="0" action="insert"><delivery_charge_category><delivery_charge_category_id>4</delivery_charge_category_id><mandator_id>2</mandator_id><external_id>another</external_id><identifier>another</identifier></delivery_charge_category></report></response>', 1, 0, 1795970939489957),
	(59, '+cQy/DnRefFA2y03R1t6aUsA3uohqadpoqESCmu+uMU', false, '+cQy/DnRefFA2y03R1t6aUsA3uohqadpoqESCmu+uMU', false, '<response method="updateTemplates" version="1.0.0"><report return_code="0" action="insert"><template><template_id>3</template_id><mandator_id>1</mandator_id><template_identifier>another</template_identifier><content>&lt;b&gt;{{ item.identifier }}&lt;/b&gt; {{ item.weight }} {{ texts.15 }}</content></template></report></response>', 1, 0, 1795970939494307),
	(60, 'VJIz4/ZMD2zvaIolN4UcgyauwdcXVIZElwsNtR1Bq5s', false, 'VJIz4/ZMD2zvaIolN4UcgyauwdcXVIZElwsNtR1Bq5s', false, '<response method="updateTemplates" version="1.0.0"><report return_code="0" action="insert"><template><template_id>4</template_id><mandator_id>2</mandator_id><template_identifier>another</template_identifier><content>&lt;b&gt;{{ item.identifier }}&lt;/b&gt; {{ item.weight }} {{ texts.15 }}</content></template></report></response>', 1, 0, 1795970939499979),
	(61, 'GSM7iT7vu3Lm6M5WKiIJy1XeJ2AYEOJrr5iobahVz5w', false, 'GSM7iT7vu3Lm6M5WKiIJy1XeJ2AYEOJrr5iobahVz5w', false, '<response method="updateItems" version="1.0.0"><report return_code="0" action="insert"><item><item_id>8</item_id><internal_item_number>RICH</internal_item_number></item></report><report return_code="0" action="insert"><item><item_id>9</item_id><internal_item_number>RICH-ID</internal_item_number></item></report><report return_code="0" action="insert"><item><item_id>10</item_id><internal_item_number>BARE</internal_item_number></item></report><report return_code="0" action="insert"><item><item_id>11</item_id><internal_item_number>OFF</internal_item_number></item></report><report return_code="0" action="insert"><item><item_id>12</item_id><internal_item_number>WORDS</internal_item_number></item></report><report return_code="0" action="insert"><item><item_id>13</item_id><internal_item_number>CHILD</internal_item_number></item></report></response>', 6, 0, 1795970939505510),
	(62, 'xEk12cNv1O4kFRi3yCufA10juZN+h+SI3+3Vxa1N+zM', false, 'xEk12cNv1O4kFRi3yCufA10juZN+h+SI3+3Vxa1N+zM', false, '<response method="updateItems" version="1.0.0"><report return_code="0" action="insert"><item><item_id>14</item_id><internal_item_number>RICH</internal_item_number></item></report></response>', 1, 0, 1795970939511894),
	(63, 'irfbrHSKbOCUZfHO7pkmPcl+iSPT/CrbZMJg/PBy9kc', false, 'irfbrHSKbOCUZfHO7pkmPcl+iSPT/CrbZMJg/PBy9kc', false, '<response method="updateItems" version="1.0.0"><report return_code="0" action="update"><item><item_id>12</item_id><internal_item_number>WORDS</internal_item_number></item></report></response>', 1, 0, 1795970939519969),
	(64, 'Wk30uVseW8sLixoIx7HfIK7y5dEnlbKsFiOsI7sxLsI', false, 'Wk30uVseW8sLixoIx7HfIK7y5dEnlbKsFiOsI7sxLsI', false, '<response method="updateItems" version="1.0.0"><report return_code="0" action="update"><item><item_id>12</item_id><internal_item_number>WORDS</internal_item_number></item></report></response>', 1, 0, 1795970939523770),
	(65, 'EVz7OkahlRk/QJCKPTO6oamVCa5Uatl/8q3NjDyMkJ4', false, 'EVz7OkahlRk/QJCKPTO6oamVCa5Uatl/8q3NjDyMkJ4', false, '<response method="updatePricelist" version="1.0.0"><report return_code="0" action="update"><pricelist><pricelist_id>2</pricelist_id><identifier>clearance</identifier></pricelist></report><report return_code="0" action="update"><pricelist><pricelist_id>1</pricelist_id><identifier>default</identifier></pricelist></report></response>', 2, 0, 1795970939531272),
	(66, 'Ter6JvUUnlZTAjuPPJ4u0Wqo7++fv4O4U4LkgDgGa/Q', false, 'Ter6JvUUnlZTAjuPPJ4u0Wqo7++fv4O4U4LkgDgGa/Q', false, '<response method="updatePricelist" version="1.0.0"><report return_code="0" action="update"><pricelist><pricelist_id>3</pricelist_id><identifier>netto</identifier></pricelist></report></response>', 1, 0, 1795970939539836),
	(67, '1qVulseZwh6sTFoj6soZWffh+0gImc78mtBLHZNBG1Y', false, '1qVulseZwh6sTFoj6soZWffh+0gImc78mtBLHZNBG1Y', false, '<response method="updateStockCount" version="1.0.0"><report return_code="0" action="update"><item><item_id>8</item_id><internal_item_number>RICH</internal_item_number></item></report><report return_code="0" action="update"><item><item_id>9</item_id><internal_item_number>RICH-ID</internal_item_number></item></report><report return_code="0" action="update"><item><item_id>10</item_id><internal_item_number>BARE</internal_item_number></item></report><report return_code="0" action="update"><item><item_id>12</item_id><internal_item_number>WORDS</internal_item_number></item></report><report return_code="0" action="update"><item><item_id>13</item_id><internal_item_number>CHILD</internal_item_number></item></report></response>', 5, 0, 1795970939543631),
	(68, '8HP/pMBA2O1eP41jmztsZvnPlG1q6pGdhBfnlet6S1I', false, '8HP/pMBA2O1eP41jmztsZvnPlG1q6pGdhBfnlet6S1I', false, '<response method="updateStockCount" version="1.0.0"><report return_code="0" action="update"><item><item_id>14</item_id><internal_item_number>RICH</internal_item_number></item></report></response>', 1, 0, 1795970939548956),
	(86, 'lv6qRo75WhwhSLcn4j1tVZIwNPGgI4NiE7C65hnIF90', false, 'lv6qRo75WhwhSLcn4j1tVZIwNPGgI4NiE7C65hnIF90', false, '<response method="uploadOffers" version="1.0.0" pending_changes="4"><report return_code="0"/></response>', 1, 0, 1795970944334700),
	(69, 'B0Yu72tqSm+pbq8WtKP6GrozAdZmm4V0iJz5XOVAplA', false, 'B0Yu72tqSm+pbq8WtKP6GrozAdZmm4V0iJz5XOVAplA', false, '<response method="updateAccountCategories" version="1.0.0"><report return_code="0" action="insert"><account_category><account_category_id>6</account_category_id><external_id>c-1</external_id></account_category></report><report return_code="0" action="insert"><account_category><account_category_id>7</account_category_id><external_id>c-2</external_id></account_category></report></response>', 2, 0, 1795970939551789),
	(70, 'R9B4/YLnS4yLdzHkeqzLfHuLwg7Zn2YxxqTxCJc4ANk', false, 'R9B4/YLnS4yLdzHkeqzLfHuLwg7Zn2YxxqTxCJc4ANk', false, '<response method="updateItemAccountCategoryMapping" version="1.0.0"><report return_code="0" action="update"><item><item_id>8</item_id><internal_item_number>RICH</internal_item_number></item></report></response>', 1, 0, 1795970939556149),
	(71, '+hCcyHgU5HyaX/EuIPeya6GQmZoT/JqG4ogGPrKm68Q', false, '+hCcyHgU5HyaX/EuIPeya6GQmZoT/JqG4ogGPrKm68Q', false, '<response method="prepareOffers" version="1.0.0"><report return_code="0" action="insert"><offer><offer_id>7</offer_id><account_id>1000</account_id><item_id>8</item_id></offer></report><report return_code="0" action="insert"><offer><offer_id>8</offer_id><account_id>1000</account_id><item_id>9</item_id></offer></report><report return_code="0" action="insert"><offer><offer_id>9</offer_id><account_id>1000</account_id><item_id>10</item_id></offer></report><report return_code="0" action="insert"><offer><offer_id>10</offer_id><account_id>1000</account_id><item_id>13</item_id></offer></report></response>', 4, 0, 1795970939559254),
	(72, '5wRLxM2xbSA0xg3Us8rw2wSbQUtMJpYwKEJ7uqFr0Ek', false, '5wRLxM2xbSA0xg3Us8rw2wSbQUtMJpYwKEJ7uqFr0Ek', false, '<response method="prepareOffers" version="1.0.0"><report return_code="0" action="insert"><offer><offer_id>11</offer_id><account_id>1001</account_id><item_id>5</item_id></offer></report></response>', 1, 0, 1795970939567900),
	(73, '3ZswGFJcLKDQ8zUnVHjBFxj4nE2tjRaEP4N/OVfjtIw', false, '3ZswGFJcLKDQ8zUnVHjBFxj4nE2tjRaEP4N/OVfjtIw', false, '<response method="uploadOffers" version="1.0.0"><report return_code="0"/></response>', 1, 0, 1795970939572735),
	(75, 'a1O+didlkvX72nLUwmbpbyybexrwNoLZe0W1ZCJGTgo', false, 'a1O+didlkvX72nLUwmbpbyybexrwNoLZe0W1ZCJGTgo', false, '<response method="prepareOffers" version="1.0.0"><report return_code="0" action="update"><offer><offer_id>5</offer_id><account_id>1001</account_id><item_id>2</item_id></offer></report><report return_code="0" action="insert"><offer><offer_id>13</offer_id><account_id>1001</account_id><item_id>8</item_id></offer></report><report return_code="0" action="insert"><offer><offer_id>14</offer_id><account_id>1001</account_id><item_id>9</item_id></offer></report><report return_code="0" action="insert"><offer><offer_id>15</offer_id><account_id>1001</account_id><item_id>10</item_id></offer></report><report return_code="0" action="insert"><offer><offer_id>16</offer_id><account_id>1001</account_id><item_id>12</item_id></offer></report><report return_code="0" action="insert"><offer><offer_id>17</offer_id><account_id>1001</account_id><item_id>13</item_id></offer></report></response>', 6, 0, 1795970939583065),
	(76, 'UiJFnvUfhczCh3dBZ5oRs0XhiRrT4W/kmdOtN0OBN1k', false, 'UiJFnvUfhczCh3dBZ5oRs0XhiRrT4W/kmdOtN0OBN1k', false, '<response method="prepareOffers" version="1.0.0"><report return_code="0" action="insert"><offer><offer_id>18</offer_id><account_id>2000</account_id><item_id>14</item_id></offer></report></response>', 1, 0, 1795970939589947),
	(77, 'klekq+QvZWKLAsKLmEmbdB+s3TldqR8YOl9U/jkrRWo', false, 'klekq+QvZWKLAsKLmEmbdB+s3TldqR8YOl9U/jkrRWo', false, '<response method="uploadOffers" version="1.0.0"><report return_code="0"/></response>', 1, 0, 1795970939595876),
	(78, 'SEw/9hozl98ZhI73Rw+FIv3QdXrb+KhK4LdsfjEEegY', false, 'SEw/9hozl98ZhI73Rw+FIv3QdXrb+KhK4LdsfjEEegY', false, '<response method="endOffers" version="1.0.0"><report return_code="0"/></response>', 1, 0, 1795970939709384),
	(79, 'OBbLrGzUbK5ZWSA7tzrcDk/uZq8vJKIqHR/Ripp84ho', false, 'OBbLrGzUbK5ZWSA7tzrcDk/uZq8vJKIqHR/Ripp84ho', false, '<response method="updateOrderStatus" version="1.0.0"><report return_code="0" action="update"><order><order_id>5</order_id><mandator_id>1</mandator_id><order_number_prefix>SB-</order_number_prefix><order_number>1000004</order_number><marketplace_order_id>S-100004</marketplace_order_id></order></report></response>', 1, 0, 1795970940485450),
	(80, 'PlnAmCQJ+6LPybbF6mUi7+RBn0wjFBE6BkKM+o3r5j0', false, 'PlnAmCQJ+6LPybbF6mUi7+RBn0wjFBE6BkKM+o3r5j0', false, '<response method="updateOrderStatus" version="1.0.0"><report return_code="0" action="update"><order><order_id>5</order_id><mandator_id>1</mandator_id><order_number_prefix>SB-</order_number_prefix><order_number>1000004</order_number><marketplace_order_id>S-100004</marketplace_order_id></order></report></response>', 1, 0, 1795970940511044),
	(81, 'hFm5waFWUremCgsSpgEElPk/LIyiMYT+W/9k9C1Ddfo', false, 'hFm5waFWUremCgsSpgEElPk/LIyiMYT+W/9k9C1Ddfo', false, '<response method="updateOrderStatus" version="1.0.0"><report return_code="0" action="update"><order><order_id>6</order_id><mandator_id>1</mandator_id><order_number_prefix>SB-</order_number_prefix><order_number>1000005</order_number><marketplace_order_id>S-100005</marketplace_order_id></order></report></response>', 1, 0, 1795970940534155),
	(82, 'M+na3I9/RU5S9uvdjfOOHA46x6H7FCF2KnyXE3cFg3o', false, 'M+na3I9/RU5S9uvdjfOOHA46x6H7FCF2KnyXE3cFg3o', false, '<response method="updateOrderStatus" version="1.0.0" pending_changes="2"><report return_code="0" action="update"><order><order_id>5</order_id><mandator_id>1</mandator_id><order_number_prefix>SB-</order_number_prefix><order_number>1000004</order_number><marketplace_order_id>S-100004</marketplace_order_id></order></report></response>', 1, 0, 1795970942467346),
	(83, 'Z6TLFMb0qzOROVGG1SBs8/xINX8vQh97/IyyUiTxVKw', false, 'Z6TLFMb0qzOROVGG1SBs8/xINX8vQh97/IyyUiTxVKw', false, '<response method="updateOrderStatus" version="1.0.0" pending_changes="1"><report return_code="0" action="update"><order><order_id>7</order_id><mandator_id>1</mandator_id><order_number_prefix>SB-</order_number_prefix><order_number>1000006</order_number><marketplace_order_id>S-100006</marketplace_order_id></order></report></response>', 1, 0, 1795970943500323),
	(84, '9a0D+z4Hlug/eHSZ4VQdrb0nL3VTjexsxFXHgoHBQJw', false, '9a0D+z4Hlug/eHSZ4VQdrb0nL3VTjexsxFXHgoHBQJw', false, '<response method="updateStockCount" version="1.0.0" pending_changes="3"><report return_code="0" action="update"><item><item_id>9</item_id><internal_item_number>RICH-ID</internal_item_number></item></report><report return_code="0" action="update"><item><item_id>12</item_id><internal_item_number>WORDS</internal_item_number></item></report></response>', 2, 0, 1795970943518094),
	(85, 'u8rDY4S+xQZPg7THP4M5twMRN4eYFqZQO6nm03VMib4', false, 'u8rDY4S+xQZPg7THP4M5twMRN4eYFqZQO6nm03VMib4', false, '<response method="prepareOffers" version="1.0.0"><report return_code="0" action="update"><offer><offer_id>12</offer_id><account_id>1000</account_id><item_id>12</item_id></offer></report></response>', 1, 0, 1795970944330531),
	(87, 'y0Wi0iNr7ZTv2os0nEpbNBFI+xKcUAyAxgDVvAB6oBY', false, 'y0Wi0iNr7ZTv2os0nEpbNBFI+xKcUAyAxgDVvAB6oBY', false, '<response method="updateItems" version="1.0.0" pending_changes="4"><report return_code="0" action="update"><item><item_id>8</item_id><internal_item_number>RICH</internal_item_number></item></report></response>', 1, 0, 1795970944347212);


--
-- Data for Name: shipping_groups; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.shipping_groups VALUES
	(1, 1001, 'Standard', true),
	(2, 1001, 'Express', true);


--
-- Data for Name: stock; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.stock VALUES
	(2, 1, 13, 1795970938728690),
	(5, 1, 40, 1795970938728690),
	(3, 1, 9, 1795970938827960),
	(8, 2, 5, 1795970939543631),
	(10, 1, 30, 1795970939543631),
	(10, 2, 2, 1795970939543631),
	(12, 1, 10, 1795970939543631),
	(13, 1, 4, 1795970939543631),
	(14, 3, 7, 1795970939548956),
	(8, 1, 19, 1795970942467346),
	(9, 1, 2, 1795970943518094),
	(12, 2, 6, 1795970943518094);


--
-- Data for Name: templates; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.templates VALUES
	(1, 1, 'shop page', NULL, 0, 1795970937907130, 1795970937907130, '{"mandator_id":1,"content":"<h1>{{ item.identifier }}</h1>{{ texts[15] }}"}'),
	(2, 1, 'plain', NULL, 0, 1795970937928194, 1795970937928194, '{"mandator_id":1,"content":"{{ item.identifier }}"}'),
	(3, 1, 'another', NULL, 0, 1795970939494307, 1795970939494307, '{"mandator_id":1,"content":"<b>{{ item.identifier }}</b> {{ item.weight }} {{ texts.15 }}"}'),
	(4, 2, 'another', NULL, 0, 1795970939499979, 1795970939499979, '{"mandator_id":2,"content":"<b>{{ item.identifier }}</b> {{ item.weight }} {{ texts.15 }}"}');


--
-- Data for Name: text_module_types; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.text_module_types VALUES
	(2, 1, 'Care instructions', NULL, 0, 1795970937724258, 1795970937724258, '{"mandator_id":1,"is_html":true}'),
	(1, 1, 'Bullet point', NULL, 0, 1795970937724258, 1795970937736072, '{"mandator_id":1,"is_html":false,"max_length":90}'),
	(3, 1, 'another', NULL, 0, 1795970939446434, 1795970939446434, '{"mandator_id":1,"is_html":false,"max_length":500}'),
	(4, 2, 'another', NULL, 0, 1795970939459941, 1795970939459941, '{"mandator_id":2,"is_html":false,"max_length":500}');


--
-- Data for Name: upload_messages; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.upload_messages VALUES
	(1, 1, 1000, 6, 4, NULL, 0, 'OFFER_INCOMPLETE', 'the item has no price in price list "default" today', 'send a price in price list "default" with updatePricelist', 1795970937673121),
	(2, 1, 1000, 6, 4, NULL, 0, 'OFFER_INCOMPLETE', 'the item has no price in price list "default" today', 'send a price in price list "default" with updatePricelist', 1795970938300163),
	(3, 1, 1000, NULL, NULL, NULL, 0, 'ORDER_NOT_IMPORTED', 'order S-100008: the database does not answer (the fixture holds it); nothing of this call was stored, repeat it later', 'it is kept and tried again with every poll; report this to the admin (kontor outbox list)', 1795970942363906);


--
-- Name: __diesel_schema_migrations __diesel_schema_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.__diesel_schema_migrations
    ADD CONSTRAINT __diesel_schema_migrations_pkey PRIMARY KEY (version);


--
-- Name: account_categories account_categories_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.account_categories
    ADD CONSTRAINT account_categories_pkey PRIMARY KEY (account_category_id);


--
-- Name: account_work account_work_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.account_work
    ADD CONSTRAINT account_work_pkey PRIMARY KEY (account_id);


--
-- Name: categories categories_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.categories
    ADD CONSTRAINT categories_pkey PRIMARY KEY (category_id);


--
-- Name: change_clock change_clock_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.change_clock
    ADD CONSTRAINT change_clock_pkey PRIMARY KEY (id);


--
-- Name: configured configured_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.configured
    ADD CONSTRAINT configured_pkey PRIMARY KEY (kind, id);


--
-- Name: counters counters_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.counters
    ADD CONSTRAINT counters_pkey PRIMARY KEY (name);


--
-- Name: customers customers_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_pkey PRIMARY KEY (customer_id);


--
-- Name: delivery_charge_categories delivery_charge_categories_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.delivery_charge_categories
    ADD CONSTRAINT delivery_charge_categories_pkey PRIMARY KEY (delivery_charge_category_id);


--
-- Name: delivery_times delivery_times_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.delivery_times
    ADD CONSTRAINT delivery_times_pkey PRIMARY KEY (delivery_time_id);


--
-- Name: group_account_categories group_account_categories_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.group_account_categories
    ADD CONSTRAINT group_account_categories_pkey PRIMARY KEY (account_id, external_category_id);


--
-- Name: held_orders held_orders_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.held_orders
    ADD CONSTRAINT held_orders_pkey PRIMARY KEY (held_order_id);


--
-- Name: image_contents image_contents_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.image_contents
    ADD CONSTRAINT image_contents_pkey PRIMARY KEY (digest);


--
-- Name: image_module_types image_module_types_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.image_module_types
    ADD CONSTRAINT image_module_types_pkey PRIMARY KEY (image_module_type_id);


--
-- Name: item_account_categories item_account_categories_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.item_account_categories
    ADD CONSTRAINT item_account_categories_pkey PRIMARY KEY (item_id, account_id, "position");


--
-- Name: items items_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.items
    ADD CONSTRAINT items_pkey PRIMARY KEY (item_id);


--
-- Name: limited_calls limited_calls_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.limited_calls
    ADD CONSTRAINT limited_calls_pkey PRIMARY KEY (account_id, call);


--
-- Name: offers offers_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offers
    ADD CONSTRAINT offers_pkey PRIMARY KEY (offer_id);


--
-- Name: order_items order_items_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_items
    ADD CONSTRAINT order_items_pkey PRIMARY KEY (order_item_id);


--
-- Name: order_notices order_notices_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_notices
    ADD CONSTRAINT order_notices_pkey PRIMARY KEY (order_notice_id);


--
-- Name: order_packets order_packets_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_packets
    ADD CONSTRAINT order_packets_pkey PRIMARY KEY (packet_id);


--
-- Name: order_payments order_payments_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_payments
    ADD CONSTRAINT order_payments_pkey PRIMARY KEY (order_payment_id);


--
-- Name: order_tags order_tags_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_tags
    ADD CONSTRAINT order_tags_pkey PRIMARY KEY (order_id, tag_identifier);


--
-- Name: orders orders_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (order_id);


--
-- Name: outbox_facts outbox_facts_fact_key_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox_facts
    ADD CONSTRAINT outbox_facts_fact_key_key UNIQUE (fact_key);


--
-- Name: outbox_facts outbox_facts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox_facts
    ADD CONSTRAINT outbox_facts_pkey PRIMARY KEY (fact_id);


--
-- Name: outbox_states outbox_states_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox_states
    ADD CONSTRAINT outbox_states_pkey PRIMARY KEY (offer_id, topic);


--
-- Name: price_validities price_validities_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.price_validities
    ADD CONSTRAINT price_validities_pkey PRIMARY KEY (validity_id);


--
-- Name: pricelists pricelists_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.pricelists
    ADD CONSTRAINT pricelists_pkey PRIMARY KEY (pricelist_id);


--
-- Name: prices prices_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.prices
    ADD CONSTRAINT prices_pkey PRIMARY KEY (validity_id, item_id);


--
-- Name: replays replays_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.replays
    ADD CONSTRAINT replays_pkey PRIMARY KEY (replay_id);


--
-- Name: replays replays_replay_key_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.replays
    ADD CONSTRAINT replays_replay_key_key UNIQUE (replay_key);


--
-- Name: shipping_groups shipping_groups_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.shipping_groups
    ADD CONSTRAINT shipping_groups_pkey PRIMARY KEY (shipping_group_id);


--
-- Name: stock stock_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stock
    ADD CONSTRAINT stock_pkey PRIMARY KEY (item_id, warehouse_id);


--
-- Name: templates templates_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.templates
    ADD CONSTRAINT templates_pkey PRIMARY KEY (template_id);


--
-- Name: text_module_types text_module_types_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.text_module_types
    ADD CONSTRAINT text_module_types_pkey PRIMARY KEY (text_module_type_id);


--
-- Name: upload_messages upload_messages_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.upload_messages
    ADD CONSTRAINT upload_messages_pkey PRIMARY KEY (message_id);


--
-- Name: account_categories_by_external_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX account_categories_by_external_id ON public.account_categories USING btree (account_id, external_id);


--
-- Name: categories_by_change; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX categories_by_change ON public.categories USING btree (mandator_id, last_changed);


--
-- Name: categories_by_external_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX categories_by_external_id ON public.categories USING btree (mandator_id, external_id);


--
-- Name: customers_by_channel_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX customers_by_channel_key ON public.customers USING btree (mandator_id, account_id, channel_key);


--
-- Name: customers_by_number; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX customers_by_number ON public.customers USING btree (mandator_id, customer_number);


--
-- Name: delivery_charge_categories_by_external_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX delivery_charge_categories_by_external_id ON public.delivery_charge_categories USING btree (mandator_id, external_id);


--
-- Name: delivery_charge_categories_by_identifier; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX delivery_charge_categories_by_identifier ON public.delivery_charge_categories USING btree (mandator_id, identifier);


--
-- Name: delivery_times_by_external_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX delivery_times_by_external_id ON public.delivery_times USING btree (mandator_id, external_id);


--
-- Name: delivery_times_by_identifier; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX delivery_times_by_identifier ON public.delivery_times USING btree (mandator_id, identifier);


--
-- Name: held_orders_by_number; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX held_orders_by_number ON public.held_orders USING btree (account_id, marketplace_order_id);


--
-- Name: held_orders_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX held_orders_due ON public.held_orders USING btree (account_id, due_at);


--
-- Name: image_module_types_by_external_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX image_module_types_by_external_id ON public.image_module_types USING btree (mandator_id, external_id);


--
-- Name: image_module_types_by_identifier; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX image_module_types_by_identifier ON public.image_module_types USING btree (mandator_id, identifier);


--
-- Name: items_by_category; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX items_by_category ON public.items USING btree (category_id);


--
-- Name: items_by_change; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX items_by_change ON public.items USING btree (mandator_id, last_changed);


--
-- Name: items_by_ean; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX items_by_ean ON public.items USING btree (mandator_id, ean_code);


--
-- Name: items_by_number; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX items_by_number ON public.items USING btree (mandator_id, internal_item_number);


--
-- Name: items_by_parent; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX items_by_parent ON public.items USING btree (variant_parent_id);


--
-- Name: offers_by_item; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX offers_by_item ON public.offers USING btree (account_id, item_id);


--
-- Name: offers_by_number; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX offers_by_number ON public.offers USING btree (account_id, external_offer_number);


--
-- Name: offers_by_release; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX offers_by_release ON public.offers USING btree (release_at);


--
-- Name: offers_of_item; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX offers_of_item ON public.offers USING btree (item_id);


--
-- Name: order_items_by_item; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX order_items_by_item ON public.order_items USING btree (item_id, reserved);


--
-- Name: order_items_by_order; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX order_items_by_order ON public.order_items USING btree (order_id);


--
-- Name: order_notices_by_order; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX order_notices_by_order ON public.order_notices USING btree (order_id);


--
-- Name: order_packets_by_order; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX order_packets_by_order ON public.order_packets USING btree (order_id);


--
-- Name: order_payments_by_order; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX order_payments_by_order ON public.order_payments USING btree (order_id);


--
-- Name: orders_by_change; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX orders_by_change ON public.orders USING btree (mandator_id, last_changed);


--
-- Name: orders_by_export; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX orders_by_export ON public.orders USING btree (mandator_id, export_date);


--
-- Name: orders_by_external_1; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX orders_by_external_1 ON public.orders USING btree (mandator_id, external_order_number_1);


--
-- Name: orders_by_external_2; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX orders_by_external_2 ON public.orders USING btree (mandator_id, external_order_number_2);


--
-- Name: orders_by_marketplace_order_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX orders_by_marketplace_order_id ON public.orders USING btree (account_id, marketplace_order_id);


--
-- Name: orders_by_number; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX orders_by_number ON public.orders USING btree (mandator_id, order_number);


--
-- Name: outbox_facts_by_order; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_facts_by_order ON public.outbox_facts USING btree (order_id);


--
-- Name: outbox_facts_by_version; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_facts_by_version ON public.outbox_facts USING btree (version);


--
-- Name: outbox_facts_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_facts_due ON public.outbox_facts USING btree (account_id, status, due_at);


--
-- Name: outbox_states_by_version; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_states_by_version ON public.outbox_states USING btree (version);


--
-- Name: outbox_states_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_states_due ON public.outbox_states USING btree (account_id, status, due_at);


--
-- Name: price_validities_by_pricelist; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX price_validities_by_pricelist ON public.price_validities USING btree (pricelist_id);


--
-- Name: pricelists_by_external_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX pricelists_by_external_id ON public.pricelists USING btree (mandator_id, external_id);


--
-- Name: pricelists_by_identifier; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX pricelists_by_identifier ON public.pricelists USING btree (mandator_id, identifier);


--
-- Name: prices_by_item; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX prices_by_item ON public.prices USING btree (item_id);


--
-- Name: replays_by_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX replays_by_time ON public.replays USING btree (created_at);


--
-- Name: shipping_groups_by_identifier; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX shipping_groups_by_identifier ON public.shipping_groups USING btree (account_id, identifier);


--
-- Name: stock_by_change; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX stock_by_change ON public.stock USING btree (last_changed);


--
-- Name: templates_by_external_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX templates_by_external_id ON public.templates USING btree (mandator_id, external_id);


--
-- Name: templates_by_identifier; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX templates_by_identifier ON public.templates USING btree (mandator_id, identifier);


--
-- Name: text_module_types_by_external_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX text_module_types_by_external_id ON public.text_module_types USING btree (mandator_id, external_id);


--
-- Name: text_module_types_by_identifier; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX text_module_types_by_identifier ON public.text_module_types USING btree (mandator_id, identifier);


--
-- Name: upload_messages_by_offer; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX upload_messages_by_offer ON public.upload_messages USING btree (offer_id);


--
-- Name: upload_messages_by_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX upload_messages_by_time ON public.upload_messages USING btree (created_at);


--
-- Name: account_categories account_categories_parent_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.account_categories
    ADD CONSTRAINT account_categories_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.account_categories(account_category_id);


--
-- Name: categories categories_parent_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.categories
    ADD CONSTRAINT categories_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.categories(category_id);


--
-- Name: group_account_categories group_account_categories_account_category_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.group_account_categories
    ADD CONSTRAINT group_account_categories_account_category_id_fkey FOREIGN KEY (account_category_id) REFERENCES public.account_categories(account_category_id) ON DELETE CASCADE;


--
-- Name: item_account_categories item_account_categories_account_category_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.item_account_categories
    ADD CONSTRAINT item_account_categories_account_category_id_fkey FOREIGN KEY (account_category_id) REFERENCES public.account_categories(account_category_id) ON DELETE CASCADE;


--
-- Name: item_account_categories item_account_categories_item_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.item_account_categories
    ADD CONSTRAINT item_account_categories_item_id_fkey FOREIGN KEY (item_id) REFERENCES public.items(item_id) ON DELETE CASCADE;


--
-- Name: items items_category_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.items
    ADD CONSTRAINT items_category_id_fkey FOREIGN KEY (category_id) REFERENCES public.categories(category_id);


--
-- Name: items items_variant_parent_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.items
    ADD CONSTRAINT items_variant_parent_id_fkey FOREIGN KEY (variant_parent_id) REFERENCES public.items(item_id);


--
-- Name: offers offers_item_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offers
    ADD CONSTRAINT offers_item_id_fkey FOREIGN KEY (item_id) REFERENCES public.items(item_id);


--
-- Name: order_items order_items_order_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_items
    ADD CONSTRAINT order_items_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(order_id) ON DELETE CASCADE;


--
-- Name: order_notices order_notices_order_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_notices
    ADD CONSTRAINT order_notices_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(order_id) ON DELETE CASCADE;


--
-- Name: order_packets order_packets_order_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_packets
    ADD CONSTRAINT order_packets_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(order_id) ON DELETE CASCADE;


--
-- Name: order_payments order_payments_order_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_payments
    ADD CONSTRAINT order_payments_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(order_id) ON DELETE CASCADE;


--
-- Name: order_tags order_tags_order_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_tags
    ADD CONSTRAINT order_tags_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(order_id) ON DELETE CASCADE;


--
-- Name: orders orders_customer_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(customer_id);


--
-- Name: outbox_states outbox_states_offer_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox_states
    ADD CONSTRAINT outbox_states_offer_id_fkey FOREIGN KEY (offer_id) REFERENCES public.offers(offer_id) ON DELETE CASCADE;


--
-- Name: price_validities price_validities_pricelist_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.price_validities
    ADD CONSTRAINT price_validities_pricelist_id_fkey FOREIGN KEY (pricelist_id) REFERENCES public.pricelists(pricelist_id) ON DELETE CASCADE;


--
-- Name: prices prices_item_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.prices
    ADD CONSTRAINT prices_item_id_fkey FOREIGN KEY (item_id) REFERENCES public.items(item_id) ON DELETE CASCADE;


--
-- Name: prices prices_validity_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.prices
    ADD CONSTRAINT prices_validity_id_fkey FOREIGN KEY (validity_id) REFERENCES public.price_validities(validity_id) ON DELETE CASCADE;


--
-- Name: stock stock_item_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stock
    ADD CONSTRAINT stock_item_id_fkey FOREIGN KEY (item_id) REFERENCES public.items(item_id) ON DELETE CASCADE;


--
-- PostgreSQL database dump complete
--


