//! Parked commands, and how they get what they wait for.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use bevy_ecs::prelude::*;
use bevy_time::{Real, Time};

use crate::account::AccountId;
use crate::clock::Clock;
use crate::exchange::lines::{Exchanges, WAITING_REQUEST};
use crate::exchange::{CallFailure, CallOutcome};
use crate::numbers::{ExchangeId, JobId, QueryId};
use crate::request::answer::TIMED_OUT;
use crate::request::command::Command;
use crate::request::reply::{Outbox, Until};
use crate::request::{Need, Notice, Refusal};
use crate::storage::{FoundRows, IndexKey};

/// The parked commands, by what they wait for.
#[derive(Debug, Default, Resource)]
pub struct Parked {
    lookups: HashMap<IndexKey, Vec<Command>>,
    players: HashMap<AccountId, Vec<Command>>,
    exchanges: HashMap<ExchangeId, Command>,
    notices: HashMap<Notice, Vec<Command>>,
    jobs: HashMap<JobId, Command>,
    queries: HashMap<QueryId, Command>,
    /// Told what they waited for; they are run again in the next tick.
    told: Vec<Command>,
    /// Until when some of them wait, in real time.
    patience: BTreeMap<Duration, Vec<Impatient>>,
    /// The number of jobs and queries so far.
    facts_asked: u64,
    /// Advances once a second while commands wait; a command parked in an earlier age is older.
    age: u32,
}

/// What a command waits for that should not hold up its connection.
#[derive(Debug, Clone, Copy)]
enum Impatient {
    Exchange(ExchangeId),
    Notice(Notice),
}

/// The commands that have waited long enough.
#[derive(Debug, Default)]
struct OutOfPatience {
    /// To run again without an answer of a platform.
    unanswered: Vec<Command>,
    /// To be given their interim reply.
    in_between: Vec<Command>,
}

impl Parked {
    /// How many commands wait, or are run again in the next tick.
    pub fn len(&self) -> usize {
        let waiting = self.lookups.values().map(Vec::len).sum::<usize>();
        let waiting = waiting + self.players.values().map(Vec::len).sum::<usize>();
        waiting
            + self.notices.values().map(Vec::len).sum::<usize>()
            + self.jobs.len()
            + self.queries.len()
            + self.exchanges.len()
            + self.told.len()
    }

    /// Whether there is no such command.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a command waits for this player's rows.
    pub fn awaits_player(&self, account: AccountId) -> bool {
        self.players.contains_key(&account)
    }

    /// The commands that waited for this index entry, in order of arrival.
    pub fn take_lookup(&mut self, key: &IndexKey) -> Vec<Command> {
        self.lookups.remove(key).unwrap_or_default()
    }

    /// The commands that waited for this player, in order of arrival.
    pub fn take_player(&mut self, account: AccountId) -> Vec<Command> {
        self.players.remove(&account).unwrap_or_default()
    }

    /// The command that waited for this job.
    pub fn take_job(&mut self, job: JobId) -> Option<Command> {
        self.jobs.remove(&job)
    }

    /// The command that waited for this query, with the rows.
    pub fn take_query(&mut self, query: QueryId, rows: FoundRows) -> Option<Command> {
        let command = self.queries.remove(&query)?;
        Some(Command { fact: Some(Box::new(rows)), ..command })
    }

    /// The command that waited for this exchange, with its outcome.
    pub fn take_exchange(&mut self, number: ExchangeId, outcome: CallOutcome) -> Option<Command> {
        let command = self.exchanges.remove(&number)?;
        Some(Command { fact: Some(Box::new(outcome)), ..command })
    }

    /// Has every command that waits for `notice` run again in the next tick, with `fact` as the result. Returns whether there
    /// was any.
    pub fn tell<T: Clone + Send + Sync + 'static>(&mut self, notice: Notice, fact: &T) -> bool {
        let waiting = self.notices.remove(&notice).unwrap_or_default();
        let is_awaited = !waiting.is_empty();
        let told = waiting.into_iter().map(|command| Command { fact: Some(Box::new(fact.clone())), ..command });
        self.told.extend(told);
        is_awaited
    }

    /// Whether a command is to be run again in the next tick.
    pub fn has_told(&self) -> bool {
        !self.told.is_empty()
    }

    /// The commands to run again.
    pub fn take_told(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.told)
    }

    /// The commands that wait for any notice.
    pub fn take_notices(&mut self) -> Vec<Command> {
        let mut all: Vec<_> = self.notices.drain().collect();
        all.sort_unstable_by_key(|(notice, _)| (notice.kind, notice.number));
        all.into_iter().flat_map(|(_, commands)| commands).collect()
    }

    /// The command that waited for this query, which will not be answered.
    pub fn cancel_query(&mut self, query: QueryId) -> Option<Command> {
        self.queries.remove(&query)
    }

    /// Ages the commands by one and takes out those that have waited through `ages`.
    pub fn take_older_than(&mut self, ages: u32) -> Vec<Command> {
        self.age += 1;
        let Some(oldest) = self.age.checked_sub(ages) else {
            return Vec::new();
        };
        let is_old = |command: &mut Command| command.parked_at < oldest;
        let mut old: Vec<Command> =
            self.jobs.extract_if(|_, command| is_old(command)).map(|(_, command)| command).collect();
        old.extend(self.queries.extract_if(|_, command| is_old(command)).map(|(_, command)| command));
        old.extend(self.exchanges.extract_if(|_, command| is_old(command)).map(|(_, command)| command));
        for waiting in self.lookups.values_mut().chain(self.players.values_mut()) {
            old.extend(waiting.extract_if(.., |command| is_old(command)));
        }
        old
    }

    /// When the next command has waited long enough, in real time.
    pub(crate) fn next_out_of_patience(&self) -> Option<Duration> {
        self.patience.first_key_value().map(|(at, _)| *at)
    }

    /// The commands that have waited long enough by `now`, in order.
    fn take_out_of_patience(&mut self, now: Duration) -> OutOfPatience {
        let mut taken = OutOfPatience::default();
        let due: Vec<Impatient> = self.patience.extract_if(..=now, |_, _| true).flat_map(|(_, due)| due).collect();
        for impatient in due {
            match impatient {
                Impatient::Exchange(number) => {
                    let outcome: CallOutcome = Err(CallFailure::TimedOut);
                    taken.unanswered.extend(self.take_exchange(number, outcome));
                }
                Impatient::Notice(notice) => taken.in_between.extend(self.notices.remove(&notice).unwrap_or_default()),
            }
        }
        taken
    }

    /// Every parked command.
    pub fn take_all(&mut self) -> Vec<Command> {
        let mut all: Vec<Command> = self.lookups.drain().flat_map(|(_, commands)| commands).collect();
        all.extend(self.players.drain().flat_map(|(_, commands)| commands));
        all.extend(self.jobs.drain().map(|(_, command)| command));
        all.extend(self.queries.drain().map(|(_, command)| command));
        all.extend(self.exchanges.drain().map(|(_, command)| command));
        all.extend(self.take_notices());
        all.extend(self.take_told());
        all
    }

    /// Parks a command until what it needs has arrived, and requests that. Returns `false` when the command was refused
    /// instead.
    pub(crate) fn park(&mut self, need: Need, mut command: Command, world: &mut World) -> bool {
        command.parked_at = self.age;
        if let Need::Exchange(line, exchange) = need {
            let now = world.resource::<Clock>().now();
            let started = world.resource_mut::<Exchanges>().start(line, WAITING_REQUEST, exchange, now);
            return match started {
                Ok(number) => {
                    let patience = world.resource::<Exchanges>().patience(line);
                    self.be_impatient(Impatient::Exchange(number), patience, world);
                    self.exchanges.insert(number, command);
                    true
                }
                Err(not_started) => {
                    command.dismiss(&Refusal::from(not_started));
                    false
                }
            };
        }
        if let (Need::Notice(notice), Some(meanwhile)) = (&need, &command.meanwhile) {
            self.be_impatient(Impatient::Notice(*notice), meanwhile.patience, world);
        }
        let outbox = &mut *world.resource_mut::<Outbox>();
        match need {
            Need::Exchange(..) => {}
            Need::Notice(notice) => self.notices.entry(notice).or_default().push(command),
            Need::Lookup(key) => {
                let waiting = self.lookups.entry(key).or_insert_with_key(|key| {
                    outbox.lookups.push(key.clone());
                    Vec::new()
                });
                waiting.push(command);
            }
            Need::Player(account) => {
                let waiting = self.players.entry(account).or_insert_with(|| {
                    outbox.players.push(account);
                    Vec::new()
                });
                waiting.push(command);
            }
            Need::Job(job) => {
                let id = self.next_job();
                self.jobs.insert(id, command);
                outbox.jobs.push((id, job));
            }
            Need::Rows(query) => {
                let id = QueryId(self.next_fact());
                self.queries.insert(id, command);
                outbox.queries.push((id, query));
            }
        }
        true
    }

    fn be_impatient(&mut self, impatient: Impatient, patience: Option<Duration>, world: &World) {
        let now = world.resource::<Time<Real>>().elapsed();
        patience.into_iter().for_each(|patience| self.patience.entry(now + patience).or_default().push(impatient));
    }

    /// The number of the next job.
    pub(crate) fn next_job(&mut self) -> JobId {
        JobId(self.next_fact())
    }

    /// The number of the next job or query. They share one count, which is part of the journal format.
    fn next_fact(&mut self) -> u64 {
        self.facts_asked += 1;
        self.facts_asked
    }
}

/// The requests whose exchange is over.
pub(crate) fn answered(world: &mut World) -> Vec<Command> {
    let now = world.resource::<Clock>().now();
    let mut exchanges = world.resource_mut::<Exchanges>();
    exchanges.expire(now);
    let done = exchanges.take_done(WAITING_REQUEST);
    let mut parked = world.resource_mut::<Parked>();
    done.into_iter().filter_map(|done| parked.take_exchange(done.number, done.outcome)).collect()
}

/// Answers the requests that have waited long enough for a notice, and returns those that have for an exchange.
pub(crate) fn lose_patience(world: &mut World) -> Vec<Command> {
    let now = world.resource::<Time<Real>>().elapsed();
    let OutOfPatience { unanswered, in_between } = world.resource_mut::<Parked>().take_out_of_patience(now);
    let replies = in_between.into_iter().filter_map(|command| command.dismiss_until(&TIMED_OUT, Until::Everything));
    world.resource_mut::<Outbox>().replies.extend(replies);
    unanswered
}
