-- Billing: what clients used, what it costs, what they were invoiced.

-- Folded from the journal by the projection `usage_calls`: one row a call.
create table usage_calls (
    call_id     text   primary key,
    cell_id     text   not null,
    client_id   text   not null,
    project_id  text   not null,
    direction   text   not null,
    started_at  bigint not null,
    ended_at    bigint,
    -- Answered to ended, milliseconds.
    billable_ms bigint not null,
    -- Journal number of the call's end: the order in which calls are rated.
    seq         bigint
);
create index ix_usage_calls_client_id_ended_at on usage_calls (client_id, ended_at, seq);

-- Folded by `usage_storage`: one row a stored file. `until` is null while it is kept.
create table usage_storage (
    recording_id text   not null,
    segment_id   text   not null,
    cell_id      text   not null,
    client_id    text   not null,
    bytes        bigint not null,
    since        bigint not null,
    until        bigint,
    constraint pk_usage_storage primary key (recording_id, segment_id)
);
create index ix_usage_storage_client_id_since on usage_storage (client_id, since);

select openseat_protect_fold('usage_calls');
select openseat_protect_fold('usage_storage');

-- Prices of a client's contract, or of one of its projects. A price never changes: a new plan does.
create table rate_plans (
    id         text        primary key,
    client_id  text        not null,
    project_id text,
    name       text        not null,
    currency   text        not null,
    time_zone  text        not null,
    prices     jsonb       not null,
    valid_from date        not null,
    -- The first day on which it is no longer in force.
    valid_until date,
    created_at timestamptz not null default now(),
    version    integer     not null default 1,
    constraint fk_rate_plans_client_id_project_id
        foreign key (client_id, project_id) references projects (client_id, id),
    constraint uq_rate_plans_client_id_name unique (client_id, name),
    constraint uq_rate_plans_client_id_id unique (client_id, id),
    constraint ck_rate_plans_valid_until check (valid_until > valid_from),
    constraint fk_rate_plans_client_id foreign key (client_id) references clients (id)
);

create table seat_leases (
    id         text        primary key,
    client_id  text        not null,
    project_id text,
    seat_type  text        not null,
    seats      integer     not null,
    first_day  date        not null,
    end_day    date,
    created_at timestamptz not null default now(),
    version    integer     not null default 1,
    constraint fk_seat_leases_client_id_project_id
        foreign key (client_id, project_id) references projects (client_id, id),
    constraint ck_seat_leases_seats check (seats > 0),
    constraint ck_seat_leases_end_day check (end_day > first_day),
    constraint fk_seat_leases_client_id foreign key (client_id) references clients (id)
);
create index ix_seat_leases_client_id on seat_leases (client_id);

create table number_leases (
    id         text        primary key,
    client_id  text        not null,
    project_id text,
    number     text        not null,
    first_day  date        not null,
    end_day    date,
    created_at timestamptz not null default now(),
    version    integer     not null default 1,
    constraint fk_number_leases_client_id_project_id
        foreign key (client_id, project_id) references projects (client_id, id),
    constraint ck_number_leases_end_day check (end_day > first_day),
    constraint fk_number_leases_client_id foreign key (client_id) references clients (id)
);
create index ix_number_leases_client_id on number_leases (client_id);

-- Invoice numbers have no gaps: the counter's row is held until the invoice is there.
create table invoice_counters (
    year integer primary key,
    last integer not null
);

create table invoices (
    id             text        primary key,
    number         text        not null,
    client_id      text        not null,
    rate_plan_id   text        not null,
    first_day      date        not null,
    end_day        date        not null,
    time_zone      text        not null,
    currency       text        not null,
    total          numeric     not null,
    -- Version of the rating that made it; prices and leases as they were, so that it can be made again.
    rating_version integer     not null,
    prices         jsonb       not null,
    leases         jsonb       not null,
    -- The calls it is for ended before the period's end, and in it or after this number.
    after_seq      bigint      not null,
    -- How far the journal had been read.
    last_seq       bigint      not null,
    -- Answered to ended, of all its calls; what is charged is on the lines.
    call_ms        bigint      not null,
    created_at     timestamptz not null default now(),
    created_by     text        not null,
    constraint fk_invoices_client_id_rate_plan_id
        foreign key (client_id, rate_plan_id) references rate_plans (client_id, id),
    constraint uq_invoices_number unique (number),
    constraint uq_invoices_client_id_id unique (client_id, id),
    constraint uq_invoices_rate_plan_id_first_day unique (rate_plan_id, first_day),
    constraint ck_invoices_end_day check (end_day > first_day),
    constraint fk_invoices_client_id foreign key (client_id) references clients (id)
);
create index ix_invoices_client_id_created_at on invoices (client_id, created_at desc, id desc);
create index ix_invoices_created_at on invoices (created_at desc, id desc);

create table invoice_lines (
    invoice_id text    not null,
    no         integer not null,
    client_id  text    not null,
    kind       text    not null,
    item       text    not null,
    first_day  date    not null,
    end_day    date    not null,
    quantity   numeric not null,
    price      numeric not null,
    amount     numeric not null,
    tier       integer,
    calls      integer not null,
    first_seq  bigint,
    last_seq   bigint,
    constraint pk_invoice_lines primary key (invoice_id, no),
    constraint fk_invoice_lines_client_id_invoice_id
        foreign key (client_id, invoice_id) references invoices (client_id, id)
);

-- The trail of a line: what each call adds to it, before the line is rounded.
create table invoice_charges (
    invoice_id text    not null,
    line_no    integer not null,
    call_id    text    not null,
    client_id  text    not null,
    seq        bigint  not null,
    seconds    integer not null,
    price      numeric not null,
    amount     numeric not null,
    constraint pk_invoice_charges primary key (invoice_id, line_no, call_id),
    constraint fk_invoice_charges_invoice_id_line_no
        foreign key (invoice_id, line_no) references invoice_lines (invoice_id, no),
    constraint fk_invoice_charges_client_id_invoice_id
        foreign key (client_id, invoice_id) references invoices (client_id, id)
);
create index ix_invoice_charges_call_id on invoice_charges (call_id);

-- The operator writes prices and invoices, a client reads its own. What was invoiced stays.
do $$
declare
    name text;
    operator constant text := '(select openseat_scope()) = ''operator''';
begin
    foreach name in array array['rate_plans', 'seat_leases', 'number_leases', 'invoices',
                                'invoice_lines', 'invoice_charges'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy reading on %I for select using (%s or client_id = (select openseat_client()))', name, operator);
        execute format('create policy adding on %I for insert with check (%s)', name, operator);
        execute format('grant select, insert on %I to openseat_app', name);
    end loop;
    foreach name in array array['rate_plans', 'seat_leases', 'number_leases'] loop
        execute format('create policy changing on %I for update using (%s) with check (%s)', name, operator, operator);
        execute format('create policy removing on %I for delete using (%s)', name, operator);
        execute format('grant update, delete on %I to openseat_app', name);
    end loop;
end $$;

alter table invoice_counters enable row level security;
alter table invoice_counters force row level security;
create policy counting on invoice_counters using ((select openseat_scope()) = 'operator')
    with check ((select openseat_scope()) = 'operator');
grant select, insert, update on invoice_counters to openseat_app;
