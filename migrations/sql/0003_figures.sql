-- Figures: what the projection `figures` makes of the journal (openseat.core.kpi). Times and spans are
-- milliseconds, as in the journal; an interval is named by its start.

-- Tallies by place and quarter hour of UTC. Every count is in exactly one row, so figures by any
-- dimension and any longer interval are sums. An empty id: concerns none.
create table figures (
    cell_id                   text   not null,
    start_at                  bigint not null,
    client_id                 text   not null,
    project_id                text   not null,
    queue_id                  text   not null,
    agent_id                  text   not null,
    group_id                  text   not null,
    trunk_id                  text   not null,
    offered                   bigint not null,
    answered                  bigint not null,
    abandoned                 bigint not null,
    short_abandoned           bigint not null,
    overflowed                bigint not null,
    queued                    bigint not null,
    within_target             bigint not null,
    abandoned_within_target   bigint not null,
    answered_wait_ms          bigint not null,
    abandoned_wait_ms         bigint not null,
    short_abandoned_wait_ms   bigint not null,
    overflowed_wait_ms        bigint not null,
    longest_wait_ms           bigint not null,
    calls_in                  bigint not null,
    calls_out                 bigint not null,
    calls_internal            bigint not null,
    calls_blocked             bigint not null,
    calls_refused             bigint not null,
    calls_ended               bigint not null,
    calls_connected           bigint not null,
    calls_by_flow             bigint not null,
    calls_by_agent            bigint not null,
    calls_transferred         bigint not null,
    call_ms                   bigint not null,
    billable_ms               bigint not null,
    callbacks_promised        bigint not null,
    voicemails                bigint not null,
    handled                   bigint not null,
    talk_ms                   bigint not null,
    hold_ms                   bigint not null,
    after_call_work_ms                bigint not null,
    transfers                 bigint not null,
    offers                    bigint not null,
    offers_accepted           bigint not null,
    offers_missed             bigint not null,
    ring_ms                   bigint not null,
    sign_ins                  bigint not null,
    breaks                    bigint not null,
    idle_ms                   bigint not null,
    reserved_ms               bigint not null,
    ringing_ms                bigint not null,
    talking_ms                bigint not null,
    holding_ms                bigint not null,
    consulting_ms             bigint not null,
    conferencing_ms           bigint not null,
    after_call_ms             bigint not null,
    busy_ms                   bigint not null,
    outbound_only_ms          bigint not null,
    disconnected_ms           bigint not null,
    ratings                   bigint not null,
    rating_points             bigint not null,
    rating_scale              bigint not null,
    constraint pk_figures primary key
        (cell_id, start_at, client_id, project_id, queue_id, agent_id, group_id, trunk_id)
) with (fillfactor = 70);
create index ix_figures_start_at on figures (start_at);
create index ix_figures_client_id_start_at on figures (client_id, start_at);

-- The calls behind each of those numbers: the rows of a place and quarter add up to its row there.
create table figure_calls (
    call_id    text   not null,
    start_at   bigint not null,
    client_id  text   not null,
    project_id text   not null,
    queue_id   text   not null,
    agent_id   text   not null,
    group_id   text   not null,
    trunk_id   text   not null,
    cell_id    text   not null,
    -- Field of the tally to its value, zeros left out.
    counts     jsonb  not null,
    constraint pk_figure_calls primary key
        (call_id, start_at, client_id, project_id, queue_id, agent_id, group_id, trunk_id)
);
create index ix_figure_calls_start_at on figure_calls (start_at, call_id);
create index ix_figure_calls_client_id_start_at on figure_calls (client_id, start_at, call_id);

-- What the fold remembers of calls and agents that are not over.
create table figure_state (
    cell_id text  not null,
    stream  text  not null,
    data    jsonb not null,
    constraint pk_figure_state primary key (cell_id, stream)
);

select openseat_protect_fold('figures');
select openseat_protect_fold('figure_calls');

alter table figure_state enable row level security;
alter table figure_state force row level security;
create policy folding on figure_state to openseat_floor using (true) with check (true);
create policy reading on figure_state for select to openseat_app
    using ((select openseat_scope()) = 'operator');
grant select, insert, update, delete on figure_state to openseat_floor;
grant select on figure_state to openseat_app;
