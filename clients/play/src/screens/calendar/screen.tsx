import type { JSX } from "preact";
import { useSignalEffect } from "@preact/signals";
import { Icon } from "../../art/icons.js";
import { useFresh } from "../../game/fresh.js";
import { nowSeconds, secondsUntil } from "../../state/clock.js";
import { stagesOf } from "../../state/catalog.js";
import { common } from "../../texts/common.js";
import { durationText, momentText } from "../../texts/texts.js";
import { Empty, Panel } from "../../ui/basics.js";
import { events, inLocale, nextChange, refreshEvents, runs, type TimedEvent } from "./model.js";
import { calendarTexts } from "./texts.js";

/** What events run, and which come. */
export function CalendarScreen(): JSX.Element {
  const t = calendarTexts();
  useFresh(refreshEvents);
  // The list is asked for again when an event of it has begun or ended.
  useSignalEffect(() => {
    const due = nextChange(events.value ?? [], nowSeconds.peek());
    if (due !== undefined && nowSeconds.value >= due) void refreshEvents();
  });
  const all = events.value;
  const now = all?.filter((event) => runs(event, nowSeconds.value)) ?? [];
  const later = all?.filter(({ at }) => at.begins_at > nowSeconds.value) ?? [];
  return (
    <div class="calendar">
      {all === undefined && <p class="muted">{common().loading}</p>}
      {all !== undefined && now.length + later.length === 0 && <Empty icon="calendar">{t.none}</Empty>}
      <EventList title={t.running} events={now} />
      <EventList title={t.coming} events={later} />
    </div>
  );
}

function EventList({ title, events: shown }: { title: string; events: readonly TimedEvent[] }): JSX.Element | null {
  if (shown.length === 0) return null;
  return (
    <Panel title={title}>
      <ul class="calendar-list">
        {shown.map((event) => (
          <li key={event.id}>
            <EventCard event={event} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function EventCard({ event }: { event: TimedEvent }): JSX.Element {
  const t = calendarTexts();
  const { begins_at, ends_at } = event.at;
  const running = runs(event, nowSeconds.value);
  const left = durationText(secondsUntil(running ? ends_at : begins_at));
  return (
    <article class={`happening ${running ? "happening-now" : ""}`}>
      <header>
        <h3>{inLocale(event.name)}</h3>
        {event.own && <span class="tag">{t.own}</span>}
      </header>
      {event.about && <p>{inLocale(event.about)}</p>}
      <p class="happening-time" role="timer">
        <Icon name="clock" />
        <b>{running ? t.endsIn(left) : t.beginsIn(left)}</b>
      </p>
      <small>{t.span(momentText(begins_at), momentText(ends_at))}</small>
      {event.opens.length > 0 && (
        <p class="happening-opens">
          <span>{t.opens(event.opens.map(numberOf).join(", "))}</span> <a href="#/trials">{t.toTrials}</a>
        </p>
      )}
    </article>
  );
}

/** The number of an activity stage as the trials show it. */
function numberOf(stage: number): number {
  return stage - (stagesOf("activity")[0]?.stage ?? stage) + 1;
}
