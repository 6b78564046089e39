-- Recordings: what the journal says of them, their files, and who listened.

create table recordings (
    recording_id text    primary key,
    cell_id      text    not null,
    call_id      text    not null,
    client_id    text    not null,
    leg_id       text    not null,
    layout       text    not null,
    started_at   bigint  not null,
    -- When the switch closed the file, or else when the call ended.
    stopped_at   bigint,
    ok           boolean,
    -- Paused spans, [from, to) each, milliseconds since the epoch.
    paused       bigint[] not null,
    box          text    not null,
    stored_at    bigint
);
create index ix_recordings_call_id on recordings (call_id);
-- What the finaliser has to do.
create index ix_recordings_unstored on recordings (stopped_at)
    where stopped_at is not null and stored_at is null;

create table recording_files (
    recording_id text   not null,
    -- Empty for the whole.
    segment_id   text   not null,
    cell_id      text   not null,
    call_id      text   not null,
    client_id    text   not null,
    path         text   not null,
    sha256       text   not null,
    bytes        bigint not null,
    duration_ms  bigint not null,
    constraint pk_recording_files primary key (recording_id, segment_id)
);
create index ix_recording_files_call_id on recording_files (call_id);

select openseat_protect_fold('recordings');
select openseat_protect_fold('recording_files');

-- Recordings whose raw file cannot be made into a finished one, and why. Not a fold: the finaliser
-- writes it, so that a person sees it and nobody tries for ever.
create table recording_troubles (
    recording_id text        primary key,
    client_id    text        not null,
    call_id      text        not null,
    attempts     integer     not null,
    reason       text        not null,
    last_at      timestamptz not null default now(),
    retry_at     timestamptz not null default now()
);
select openseat_protect_fold('recording_troubles');

-- Every time somebody was given a recording's sound.
create table recording_access (
    id           bigint      generated always as identity primary key,
    at           timestamptz not null default now(),
    user_id      text        not null,
    client_id    text        not null,
    recording_id text        not null,
    segment_id   text        not null,
    -- listened | downloaded
    action       text        not null,
    request_id   text        not null
);
create index ix_recording_access_recording_id_at on recording_access (recording_id, at desc);
alter table recording_access enable row level security;
alter table recording_access force row level security;
-- The client is whose recording it is, so that a client also sees when the operator listened.
create policy reading on recording_access for select to openseat_app using (
    (select openseat_scope()) = 'operator' or client_id = (select openseat_client()));
create policy adding on recording_access for insert to openseat_app with check (
    (select openseat_scope()) = 'operator' or client_id = (select openseat_client()));
create trigger append_only before update or delete or truncate on recording_access
    for each statement execute function openseat_append_only();
grant select, insert on recording_access to openseat_app;
