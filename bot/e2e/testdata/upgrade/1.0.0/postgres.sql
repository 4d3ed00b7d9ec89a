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

--
-- Name: audit_stays(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.audit_stays() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is never changed or deleted';
END $$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: audit; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit (
    id bigint NOT NULL,
    number bigint NOT NULL,
    key text,
    at bigint NOT NULL,
    what text NOT NULL,
    caller text NOT NULL,
    platform text NOT NULL,
    channel text NOT NULL,
    thread text NOT NULL,
    verb text NOT NULL,
    group_id text NOT NULL,
    groups text DEFAULT ''::text NOT NULL,
    users text NOT NULL,
    asked text NOT NULL,
    outcome text NOT NULL,
    detail text NOT NULL
);


--
-- Name: audit_about; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit_about (
    about text NOT NULL,
    number bigint NOT NULL
);


--
-- Name: audit_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.audit ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: change; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.change (
    id bigint NOT NULL,
    entry bigint NOT NULL,
    "position" bigint NOT NULL,
    group_id text NOT NULL,
    state text NOT NULL,
    plan text,
    outcome text,
    settled_at bigint
);


--
-- Name: change_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.change ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.change_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: entry; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.entry (
    number bigint NOT NULL,
    key text NOT NULL,
    owner text,
    under bigint NOT NULL,
    caller text NOT NULL,
    place text NOT NULL,
    verb text NOT NULL,
    command text NOT NULL,
    rule text NOT NULL,
    state text NOT NULL,
    attempt bigint NOT NULL,
    answered boolean DEFAULT false NOT NULL,
    root text NOT NULL,
    result text NOT NULL,
    accepted_at bigint NOT NULL,
    closed_at bigint,
    purged boolean DEFAULT false NOT NULL
);


--
-- Name: grants; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.grants (
    id bigint NOT NULL,
    group_id text NOT NULL,
    user_id text NOT NULL,
    until bigint NOT NULL,
    length bigint NOT NULL,
    entry bigint NOT NULL,
    due bigint NOT NULL,
    tries bigint NOT NULL,
    ending bigint DEFAULT 0 NOT NULL,
    reminded boolean DEFAULT false NOT NULL
);


--
-- Name: grants_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.grants ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.grants_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: instance; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.instance (
    id text NOT NULL,
    expires timestamp with time zone NOT NULL,
    divisor bigint NOT NULL
);


--
-- Name: meta; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.meta (
    name text NOT NULL,
    value text NOT NULL
);


--
-- Name: numbers; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: once; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.once (
    key text NOT NULL,
    number bigint NOT NULL
);


--
-- Name: reply; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.reply (
    entry bigint NOT NULL,
    handle text NOT NULL
);


--
-- Data for Name: audit; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.audit OVERRIDING SYSTEM VALUE VALUES (1, 1, 'a4960a39d0a1cc9b3cf2d467326169abf2073822aacdd8d3c170230ff1a66895', 1796007008474957, 'accepted', 'slack:user:U0ALICE', 'slack', 'slack:C0SHOW', '', 'add', '', '["@TGS#a6I4ZUUGO"]', 'null', 'add @TGS#a6I4ZUUGO user1', 'Working', 'ALLOWLIST');
INSERT INTO public.audit OVERRIDING SYSTEM VALUE VALUES (2, 1, NULL, 1796007008569352, 'outcome', 'slack:user:U0ALICE', 'slack', 'slack:C0SHOW', '', 'add', '@TGS#a6I4ZUUGO', '', '["user1"]', '', 'Done', '');
INSERT INTO public.audit OVERRIDING SYSTEM VALUE VALUES (3, 2, 'bb83957a65395c3bdd61e1e71f292355ea975462ec2956c64430ac738e9b77b5', 1796007008573106, 'accepted', 'slack:user:U0ALICE', 'slack', 'slack:C0SHOW', '', 'add', '', '["@TGS#a6I4ZUUGO"]', 'null', 'add @TGS#a6I4ZUUGO user2 --for 30d', 'Working', 'ALLOWLIST');
INSERT INTO public.audit OVERRIDING SYSTEM VALUE VALUES (4, 2, NULL, 1796007008646225, 'outcome', 'slack:user:U0ALICE', 'slack', 'slack:C0SHOW', '', 'add', '@TGS#a6I4ZUUGO', '', '["user2"]', '', 'Done', '');
INSERT INTO public.audit OVERRIDING SYSTEM VALUE VALUES (5, 3, 'fd5ae0bd2f1a7045035a3f60810b68e950ffa2ff7b04925b97628b8a15f6e56c', 1796007008704135, 'accepted', 'slack:user:U0ALICE', 'slack', 'slack:C0SHOW', '', 'add', '', '["@TGS#a6I4ZUUGO"]', 'null', 'add @TGS#a6I4ZUUGO user4 --for 90s', 'Working', 'ALLOWLIST');
INSERT INTO public.audit OVERRIDING SYSTEM VALUE VALUES (6, 3, NULL, 1796007008828703, 'outcome', 'slack:user:U0ALICE', 'slack', 'slack:C0SHOW', '', 'add', '@TGS#a6I4ZUUGO', '', '["user4"]', '', 'Done', '');
INSERT INTO public.audit OVERRIDING SYSTEM VALUE VALUES (7, 4, 'e8ec6010627467734be1aab87c75157fe8592fe1d716a529e6705ebfa58e928a', 1796007008871388, 'refused', 'slack:user:U0MALLORY', 'slack', 'slack:C0SHOW', '', 'remove', '', '["@TGS#a6I4ZUUGO"]', 'null', 'remove @TGS#a6I4ZUUGO user1', 'Refused', 'no rule');
INSERT INTO public.audit OVERRIDING SYSTEM VALUE VALUES (8, 5, '845e6a6353c4e5c28faed5821579ed5cd45f01a7065fb786359f33843207ad27', 1796007008889352, 'accepted', 'slack:user:U0ALICE', 'slack', 'slack:C0SHOW', '', 'add', '', '["@TGS#a6I4ZUUGO"]', 'null', 'add @TGS#a6I4ZUUGO user3', 'Working', 'ALLOWLIST');
INSERT INTO public.audit OVERRIDING SYSTEM VALUE VALUES (9, 6, '54466c82fce456c1ddc816868963fe978bd1106369f04eb959320939f4cdca99', 1796007008900295, 'accepted', 'slack:user:U0ALICE', 'slack', 'slack:C0SHOW', '', 'remove', '', '["@TGS#a6I4ZUUGO"]', 'null', 'remove @TGS#a6I4ZUUGO user1', 'Working', 'ALLOWLIST');


--
-- Data for Name: audit_about; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.audit_about VALUES ('@TGS#a6I4ZUUGO', 1);
INSERT INTO public.audit_about VALUES ('U0ALICE', 1);
INSERT INTO public.audit_about VALUES ('slack:user:U0ALICE', 1);
INSERT INTO public.audit_about VALUES ('user1', 1);
INSERT INTO public.audit_about VALUES ('@TGS#a6I4ZUUGO', 2);
INSERT INTO public.audit_about VALUES ('U0ALICE', 2);
INSERT INTO public.audit_about VALUES ('slack:user:U0ALICE', 2);
INSERT INTO public.audit_about VALUES ('user2', 2);
INSERT INTO public.audit_about VALUES ('@TGS#a6I4ZUUGO', 3);
INSERT INTO public.audit_about VALUES ('U0ALICE', 3);
INSERT INTO public.audit_about VALUES ('slack:user:U0ALICE', 3);
INSERT INTO public.audit_about VALUES ('user4', 3);
INSERT INTO public.audit_about VALUES ('@TGS#a6I4ZUUGO', 4);
INSERT INTO public.audit_about VALUES ('U0MALLORY', 4);
INSERT INTO public.audit_about VALUES ('slack:user:U0MALLORY', 4);
INSERT INTO public.audit_about VALUES ('@TGS#a6I4ZUUGO', 5);
INSERT INTO public.audit_about VALUES ('U0ALICE', 5);
INSERT INTO public.audit_about VALUES ('slack:user:U0ALICE', 5);
INSERT INTO public.audit_about VALUES ('user3', 5);
INSERT INTO public.audit_about VALUES ('@TGS#a6I4ZUUGO', 6);
INSERT INTO public.audit_about VALUES ('U0ALICE', 6);
INSERT INTO public.audit_about VALUES ('slack:user:U0ALICE', 6);
INSERT INTO public.audit_about VALUES ('user1', 6);


--
-- Data for Name: change; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.change OVERRIDING SYSTEM VALUE VALUES (1, 1, 0, '@TGS#a6I4ZUUGO', 'done', '{"at":"2026-11-30T02:50:08.519586122Z","known":true,"users":[{"id":"user1","was":"not","send":true}]}', '{"status":"Done","now":[{"user":"user1"}],"now_known":true,"made":[{"user":"user1","admin":true,"at":"2026-11-30T02:50:08.569243Z"}]}', 1796007008569352);
INSERT INTO public.change OVERRIDING SYSTEM VALUE VALUES (2, 2, 0, '@TGS#a6I4ZUUGO', 'done', '{"at":"2026-11-30T02:50:08.577216594Z","known":true,"before":[{"user":"user1"}],"users":[{"id":"user2","was":"not","until":"2026-12-30T02:50:08.573106Z","send":true}],"grants":[{"group":"@TGS#a6I4ZUUGO","user":"user2","until":"2026-12-30T02:50:08.573106Z","length":2592000000000000,"entry":2}]}', '{"status":"Done","now":[{"user":"user1"},{"user":"user2"}],"now_known":true,"grants":[{"group":"@TGS#a6I4ZUUGO","user":"user2","until":"2026-12-30T02:50:08.573106Z","length":2592000000000000,"entry":2}],"made":[{"user":"user2","admin":true,"at":"2026-11-30T02:50:08.646192Z"}]}', 1796007008646225);
INSERT INTO public.change OVERRIDING SYSTEM VALUE VALUES (3, 3, 0, '@TGS#a6I4ZUUGO', 'done', '{"at":"2026-11-30T02:50:08.708964216Z","known":true,"before":[{"user":"user1"},{"user":"user2"}],"limits":[{"id":1,"group":"@TGS#a6I4ZUUGO","user":"user2","until":"2026-12-30T02:50:08.573106Z","length":2592000000000000,"entry":2}],"users":[{"id":"user4","was":"not","until":"2026-11-30T02:51:38.704135Z","send":true}],"grants":[{"group":"@TGS#a6I4ZUUGO","user":"user4","until":"2026-11-30T02:51:38.704135Z","length":90000000000,"entry":3}]}', '{"status":"Done","now":[{"user":"user1"},{"user":"user2"},{"user":"user4"}],"now_known":true,"grants":[{"group":"@TGS#a6I4ZUUGO","user":"user4","until":"2026-11-30T02:51:38.704135Z","length":90000000000,"entry":3}],"made":[{"user":"user4","admin":true,"at":"2026-11-30T02:50:08.828678Z"}]}', 1796007008828703);
INSERT INTO public.change OVERRIDING SYSTEM VALUE VALUES (5, 6, 0, '@TGS#a6I4ZUUGO', 'waiting', NULL, NULL, NULL);
INSERT INTO public.change OVERRIDING SYSTEM VALUE VALUES (4, 5, 0, '@TGS#a6I4ZUUGO', 'planned', '{"at":"2026-11-30T02:50:08.91300621Z","known":true,"before":[{"user":"user1"},{"user":"user2"},{"user":"user4"}],"limits":[{"id":3,"group":"@TGS#a6I4ZUUGO","user":"user4","until":"2026-11-30T02:51:38.704135Z","length":90000000000,"entry":3},{"id":1,"group":"@TGS#a6I4ZUUGO","user":"user2","until":"2026-12-30T02:50:08.573106Z","length":2592000000000000,"entry":2}],"users":[{"id":"user3","was":"not","send":true}]}', NULL, NULL);


--
-- Data for Name: entry; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.entry VALUES (6, '54466c82fce456c1ddc816868963fe978bd1106369f04eb959320939f4cdca99', 'C7GACOAAJRPCSTYE4IOKDJAFLL', 0, '{"ref":"slack:user:U0ALICE"}', '{"platform":"slack","channel":"slack:C0SHOW"}', 'remove', '{"verb":"remove","target":{"groups":["@TGS#a6I4ZUUGO"]},"users":[{"id":"user1"}]}', 'ALLOWLIST', 'accepted', 1, false, '{"channel":"C0SHOW","ts":"1796007008.913522"}', '', 1796007008900295, NULL, false);
INSERT INTO public.entry VALUES (5, '845e6a6353c4e5c28faed5821579ed5cd45f01a7065fb786359f33843207ad27', 'C7GACOAAJRPCSTYE4IOKDJAFLL', 0, '{"ref":"slack:user:U0ALICE"}', '{"platform":"slack","channel":"slack:C0SHOW"}', 'add', '{"verb":"add","target":{"groups":["@TGS#a6I4ZUUGO"]},"users":[{"id":"user3"}]}', 'ALLOWLIST', 'accepted', 1, false, '{"channel":"C0SHOW","ts":"1796007008.899895"}', '', 1796007008889352, NULL, false);
INSERT INTO public.entry VALUES (1, 'a4960a39d0a1cc9b3cf2d467326169abf2073822aacdd8d3c170230ff1a66895', 'C7GACOAAJRPCSTYE4IOKDJAFLL', 0, '{"ref":"slack:user:U0ALICE"}', '{"platform":"slack","channel":"slack:C0SHOW"}', 'add', '{"verb":"add","target":{"groups":["@TGS#a6I4ZUUGO"]},"users":[{"id":"user1"}]}', 'ALLOWLIST', 'posted', 1, false, '{"channel":"C0SHOW","ts":"1796007008.502462"}', '{"channel":"C0SHOW","ts":"1796007008.572453","thread_ts":"1796007008.502462"}', 1796007008474957, 1796007008573844, false);
INSERT INTO public.entry VALUES (2, 'bb83957a65395c3bdd61e1e71f292355ea975462ec2956c64430ac738e9b77b5', 'C7GACOAAJRPCSTYE4IOKDJAFLL', 0, '{"ref":"slack:user:U0ALICE"}', '{"platform":"slack","channel":"slack:C0SHOW"}', 'add', '{"verb":"add","target":{"groups":["@TGS#a6I4ZUUGO"]},"users":[{"id":"user2"}],"for":2592000000000000}', 'ALLOWLIST', 'posted', 1, false, '{"channel":"C0SHOW","ts":"1796007008.576184"}', '{"channel":"C0SHOW","ts":"1796007008.703203","thread_ts":"1796007008.576184"}', 1796007008573106, 1796007008704513, false);
INSERT INTO public.entry VALUES (3, 'fd5ae0bd2f1a7045035a3f60810b68e950ffa2ff7b04925b97628b8a15f6e56c', 'C7GACOAAJRPCSTYE4IOKDJAFLL', 0, '{"ref":"slack:user:U0ALICE"}', '{"platform":"slack","channel":"slack:C0SHOW"}', 'add', '{"verb":"add","target":{"groups":["@TGS#a6I4ZUUGO"]},"users":[{"id":"user4"}],"for":90000000000}', 'ALLOWLIST', 'posted', 1, false, '{"channel":"C0SHOW","ts":"1796007008.708524"}', '{"channel":"C0SHOW","ts":"1796007008.870791","thread_ts":"1796007008.708524"}', 1796007008704135, 1796007008872298, false);


--
-- Data for Name: grants; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.grants OVERRIDING SYSTEM VALUE VALUES (1, '@TGS#a6I4ZUUGO', 'user2', 1798599008573106, 2592000000000, 2, 1798599008573106, 0, 0, false);
INSERT INTO public.grants OVERRIDING SYSTEM VALUE VALUES (3, '@TGS#a6I4ZUUGO', 'user4', 1796007098704135, 90000000, 3, 1796007098704135, 0, 0, false);


--
-- Data for Name: instance; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.instance VALUES ('C7GACOAAJRPCSTYE4IOKDJAFLL', '2026-11-30 02:50:14.232083+00', 1);


--
-- Data for Name: meta; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.meta VALUES ('schema', '1');
INSERT INTO public.meta VALUES ('sdkappid', '1400000000');


--
-- Data for Name: once; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: reply; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.reply VALUES (5, 'http://127.0.0.1:43043/commands/T0TEAM/W6A23NBANYAHYRT5UGRKOQ5MMV');
INSERT INTO public.reply VALUES (6, 'http://127.0.0.1:43043/commands/T0TEAM/S4ALXNQD4TARLB27D627ZTRCFM');


--
-- Name: audit_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.audit_id_seq', 9, true);


--
-- Name: change_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.change_id_seq', 5, true);


--
-- Name: grants_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.grants_id_seq', 4, true);


--
-- Name: numbers; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.numbers', 6, true);


--
-- Name: audit_about audit_about_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit_about
    ADD CONSTRAINT audit_about_pkey PRIMARY KEY (about, number);


--
-- Name: audit audit_key_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_key_key UNIQUE (key);


--
-- Name: audit audit_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);


--
-- Name: change change_entry_group_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.change
    ADD CONSTRAINT change_entry_group_id_key UNIQUE (entry, group_id);


--
-- Name: change change_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.change
    ADD CONSTRAINT change_pkey PRIMARY KEY (id);


--
-- Name: entry entry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.entry
    ADD CONSTRAINT entry_pkey PRIMARY KEY (number);


--
-- Name: grants grants_group_id_user_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.grants
    ADD CONSTRAINT grants_group_id_user_id_key UNIQUE (group_id, user_id);


--
-- Name: grants grants_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.grants
    ADD CONSTRAINT grants_pkey PRIMARY KEY (id);


--
-- Name: instance instance_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.instance
    ADD CONSTRAINT instance_pkey PRIMARY KEY (id);


--
-- Name: meta meta_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.meta
    ADD CONSTRAINT meta_pkey PRIMARY KEY (name);


--
-- Name: once once_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.once
    ADD CONSTRAINT once_pkey PRIMARY KEY (key);


--
-- Name: reply reply_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reply
    ADD CONSTRAINT reply_pkey PRIMARY KEY (entry);


--
-- Name: audit_number; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX audit_number ON public.audit USING btree (number, at);


--
-- Name: change_open; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX change_open ON public.change USING btree (group_id, id) WHERE (state = ANY (ARRAY['waiting'::text, 'planned'::text]));


--
-- Name: change_settled; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX change_settled ON public.change USING btree (group_id, settled_at);


--
-- Name: entry_unclosed; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX entry_unclosed ON public.entry USING btree (number) WHERE (closed_at IS NULL);


--
-- Name: entry_unpurged; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX entry_unpurged ON public.entry USING btree (closed_at) WHERE ((closed_at IS NOT NULL) AND (NOT purged));


--
-- Name: grants_entry; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX grants_entry ON public.grants USING btree (entry);


--
-- Name: grants_near; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX grants_near ON public.grants USING btree (until, id) WHERE ((ending = 0) AND (NOT reminded) AND (due = until) AND (length >= '3600000000'::bigint));


--
-- Name: grants_over; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX grants_over ON public.grants USING btree (due, id) WHERE (ending = 0);


--
-- Name: audit audit_stays; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_stays BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit FOR EACH STATEMENT EXECUTE FUNCTION public.audit_stays();


--
-- Name: change change_entry_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.change
    ADD CONSTRAINT change_entry_fkey FOREIGN KEY (entry) REFERENCES public.entry(number);


--
-- Name: reply reply_entry_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reply
    ADD CONSTRAINT reply_entry_fkey FOREIGN KEY (entry) REFERENCES public.entry(number);


--
-- PostgreSQL database dump complete
--


