-- What a resident is shown as alike is chosen by what everybody may read. Chosen by the desk's words, which matters
-- came to be weighed, and how rare a word then was among them, told of words nobody has approved.
create index issue_search_open_openly on issue_search using gin (openly) with (fastupdate = off) where open and published;

-- The open matters that share most with what is asked, of the 2,000 newest that share anything; which of them is meant is
-- weighed outside. Only shelves with an open matter are looked at.
create or replace function alike_issues(asked text, openly boolean, most integer) returns table (issue_id integer)
  language plpgsql stable security definer set search_path = public, pg_temp
as $$
declare
  home constant integer := current_community();
begin
  if openly then
    return query
      with recursive shelves as (
        select (select shelf_of(max(s.no)) from issue_search s where s.community_id = home and s.open) as shelf
        union all
        select (select shelf_of(max(s.no)) from issue_search s where s.community_id = home and s.open and s.no < shelves.shelf << 13)
        from shelves where shelves.shelf is not null),
      near as (
        select m.issue_id, m.openly, shelves.shelf from shelves cross join lateral (
          select s.issue_id, s.openly from issue_search s
          where s.open and s.published and s.openly @@ on_shelf(asked, shelves.shelf) and s.community_id = home
          order by s.no desc limit 2000) m
        where shelves.shelf is not null limit 2000)
      select n.issue_id from near n order by ts_rank(n.openly, on_shelf(asked, n.shelf)) desc, n.issue_id desc limit most;
  else
    return query
      with recursive shelves as (
        select (select shelf_of(max(s.no)) from issue_search s where s.community_id = home and s.open) as shelf
        union all
        select (select shelf_of(max(s.no)) from issue_search s where s.community_id = home and s.open and s.no < shelves.shelf << 13)
        from shelves where shelves.shelf is not null),
      near as (
        select m.issue_id, m.desk, shelves.shelf from shelves cross join lateral (
          select s.issue_id, s.desk from issue_search s
          where s.open and s.desk @@ on_shelf(asked, shelves.shelf) and s.community_id = home
          order by s.no desc limit 2000) m
        where shelves.shelf is not null limit 2000)
      select n.issue_id from near n order by ts_rank(n.desk, on_shelf(asked, n.shelf)) desc, n.issue_id desc limit most;
  end if;
end $$;
