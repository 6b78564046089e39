-- Row-level security: one function writes every table's policies, so that no table has its own idea.
--
-- A transaction tells who it works for by two settings:
--   openseat.scope      operator | client | sign_in | '' (nobody)
--   openseat.client_id  the client, when the scope is client

create function openseat_scope() returns text language sql stable parallel safe
    return coalesce(current_setting('openseat.scope', true), '');

-- Null unless a client is set, so that a comparison with it is never true by accident.
create function openseat_client() returns text language sql stable parallel safe
    return case when current_setting('openseat.scope', true) = 'client'
                then nullif(current_setting('openseat.client_id', true), '') end;

-- kind   who may touch a row
--   tenant    the operator; the client whose id is in client_id
--   shared    as tenant, and clients may read rows without a client
--   operator  the operator only
--   common    everybody known may read, the operator may write (no client data)
--   account   the operator, the sign-in, and the client whose id is in client_id
--   party     the table of clients itself: as tenant, by its own id
--   agent     what hangs on an agent: whoever may touch the agent
--   queue     what hangs on a queue: whoever may touch the queue
create function openseat_protect(target regclass, kind text) returns void language plpgsql as $$
declare
    operator constant text := '(select openseat_scope()) = ''operator''';
    own constant text := 'client_id = (select openseat_client())';
    read_rule text;
    write_rule text;
begin
    write_rule := case kind
        when 'tenant' then format('%s or %s', operator, own)
        when 'shared' then format('%s or %s', operator, own)
        when 'operator' then operator
        when 'common' then operator
        when 'account' then format('(select openseat_scope()) in (''operator'', ''sign_in'') or %s', own)
        when 'party' then operator
        when 'agent' then 'exists (select 1 from agents where agents.id = agent_id)'
        when 'queue' then 'exists (select 1 from queues where queues.id = queue_id)'
    end;
    if write_rule is null then
        raise exception 'unknown kind of protection: %', kind;
    end if;
    read_rule := case kind
        when 'shared' then format('%s or (client_id is null and (select openseat_client()) is not null)', write_rule)
        when 'common' then '(select openseat_scope()) <> '''''
        when 'party' then format('%s or id = (select openseat_client())', operator)
        else write_rule
    end;
    execute format('alter table %s enable row level security', target);
    execute format('alter table %s force row level security', target);
    execute format('create policy reading on %s for select using (%s)', target, read_rule);
    execute format('create policy adding on %s for insert with check (%s)', target, write_rule);
    execute format('create policy changing on %s for update using (%s) with check (%s)', target, write_rule, write_rule);
    execute format('create policy removing on %s for delete using (%s)', target, write_rule);
end $$;

revoke execute on function openseat_protect(regclass, text) from public;

grant usage on schema public to openseat_app, openseat_floor;
