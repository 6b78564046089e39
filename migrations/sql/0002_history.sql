-- What the projections `calls`, `segments` and `agent_time` make of the journal. Times and spans are
-- milliseconds, as in the journal.

create table calls (
    call_id        text    primary key,
    cell_id        text    not null,
    client_id      text    not null,
    project_id     text    not null,
    number_id      text    not null,
    trunk_id       text    not null,
    direction      text    not null,
    caller         text    not null,
    called         text    not null,
    caller_name    text    not null,
    language       text    not null,
    started_at     bigint  not null,
    answered_at    bigint,
    ended_at       bigint,
    -- Empty while the call lives.
    outcome        text    not null,
    ended_by       text    not null,
    cause          integer,
    queue_ids      text[]  not null,
    agent_ids      text[]  not null,
    offers         integer not null,
    segments       integer not null,
    transfers      integer not null,
    queue_outcome  text    not null,
    voicemail      boolean not null,
    callback       boolean not null,
    recorded       boolean not null,
    wait_ms        bigint  not null,
    talk_ms        bigint  not null,
    hold_ms        bigint  not null,
    duration_ms    bigint,
    billable_ms    bigint,
    score          integer,
    scale          integer
);
create index ix_calls_started_at on calls (started_at desc, call_id desc);
create index ix_calls_client_id_started_at on calls (client_id, started_at desc, call_id desc);
create index ix_calls_project_id_started_at on calls (project_id, started_at desc, call_id desc);
create index ix_calls_caller on calls (caller, started_at desc);
create index ix_calls_called on calls (called, started_at desc);
-- No index on queue_ids and agent_ids: under row-level security PostgreSQL could not use it.

create table segments (
    segment_id  text   primary key,
    cell_id     text   not null,
    call_id     text   not null,
    client_id   text   not null,
    agent_id    text   not null,
    group_id    text   not null,
    leg_id      text   not null,
    via         text   not null,
    queue_id    text   not null,
    started_at  bigint not null,
    ended_at    bigint,
    talk_ms     bigint not null,
    hold_ms     bigint not null,
    ended_by    text   not null,
    disposition text   not null,
    notes       text   not null
);
create index ix_segments_call_id on segments (call_id);
create index ix_segments_agent_id_started_at on segments (agent_id, started_at desc);

-- Facts about a call that stand in another stream: dispositions, stored recordings.
create table call_notes (
    note_id   text   primary key,
    cell_id   text   not null,
    seq       bigint not null,
    call_id   text   not null,
    client_id text   not null
);
create index ix_call_notes_call_id on call_notes (call_id);

-- One row a stretch of one state. A session's rows have no gaps between them.
create table agent_time (
    agent_id   text    not null,
    -- Number of the fact that ended the stretch, in the agent's stream; 0 while it goes on.
    no         integer not null,
    cell_id    text    not null,
    -- An agent's time is the operator's: always empty.
    client_id  text    not null,
    session_id text    not null,
    group_id   text    not null,
    state      text    not null,
    reason     text    not null,
    call_id    text    not null,
    segment_id text    not null,
    since      bigint  not null,
    until      bigint,
    ms         bigint,
    counted    boolean not null,
    constraint pk_agent_time primary key (agent_id, no)
);
create index ix_agent_time_since on agent_time (since);

select openseat_protect_fold('calls');
select openseat_protect_fold('segments');
select openseat_protect_fold('call_notes');
select openseat_protect_fold('agent_time');

-- A client reads the facts of its own calls, also those from before it was known whose they are.
create policy reading on journal for select to openseat_app using (
    (select openseat_scope()) = 'operator'
    or client_id = (select openseat_client())
    or (client_id = '' and stream like 'call:%' and exists (
        select 1 from calls
        where calls.call_id = substr(stream, 6) and calls.client_id = (select openseat_client()))));
