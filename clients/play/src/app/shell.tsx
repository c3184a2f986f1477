import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../art/icons.js";
import { useFresh } from "../game/fresh.js";
import { route } from "../game/route.js";
import { refreshUnread } from "../screens/mail/model.js";
import { mailArrived } from "../state/news.js";
import { player } from "../state/player.js";
import { GuideHint } from "../screens/guide/hint.js";
import { common } from "../texts/common.js";
import { told } from "../texts/frame.js";
import { rove } from "../ui/rove.js";
import { Calls } from "./calls.js";
import { LanguageSwitch } from "../ui/language.js";
import { Pause } from "./pause.js";
import { newsOf, type ScreenDefinition, SECTIONS, screenOf } from "./screens.js";
import { TopBar } from "./topbar.js";

/** The frame around every screen: who plays, where one can go, and how the line is. */
export function Shell(): JSX.Element {
  const { section, screen } = screenOf(route.value);
  const main = useRef<HTMLElement>(null);
  const subnav = useRef<HTMLDivElement>(null);
  useFresh(refreshUnread, mailArrived);
  useEffect(() => {
    main.current?.scrollTo(0, 0);
    subnav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [screen.id]);
  const { View } = screen;
  return (
    <div class="shell">
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {common().skip}
      </a>
      <TopBar />
      <Calls />
      <nav class="sidebar" aria-label={told().navigation} onKeyDown={rove}>
        {SECTIONS.map((one) => (
          <div key={one.id} class="sidebar-section">
            <p class="sidebar-title">{one.title()}</p>
            {one.screens.map((there) => (
              <ScreenLink key={there.id} class="sidebar-link" to={there} isHere={there.id === screen.id} />
            ))}
          </div>
        ))}
        <div class="sidebar-foot">
          <LanguageSwitch />
        </div>
      </nav>
      <div ref={subnav} class="subnav" role="navigation" aria-label={section.title()} onKeyDown={rove}>
        {section.screens.map((there) => (
          <ScreenLink key={there.id} class="subnav-link" to={there} isHere={there.id === screen.id} />
        ))}
      </div>
      <main id="main" class="main" ref={main} tabIndex={-1} aria-label={screen.title()}>
        <h1 class="visually-hidden">{screen.title()}</h1>
        <Pause />
        <GuideHint />
        {player.value === undefined ? (
          <p class="loading">{common().loading}</p>
        ) : (
          <div key={screen.id} class={`screen screen-${screen.id}`}>
            <View />
          </div>
        )}
      </main>
      <nav class="tabbar" aria-label={told().navigation} onKeyDown={rove}>
        {SECTIONS.map((one) => (
          <a
            key={one.id}
            data-rove
            class="tabbar-link"
            href={`#/${one.screens[0]?.id ?? ""}`}
            aria-current={one.id === section.id ? "true" : undefined}
          >
            <Icon name={one.icon} />
            {one.title()}
            <News count={newsOf(one.screens)} />
          </a>
        ))}
      </nav>
    </div>
  );
}

function ScreenLink(props: { class: string; to: ScreenDefinition; isHere: boolean }): JSX.Element {
  const { to, isHere } = props;
  return (
    <a data-rove class={props.class} href={`#/${to.id}`} aria-current={isHere ? "page" : undefined}>
      <Icon name={to.icon} />
      {to.title()}
      <News count={newsOf([to])} />
    </a>
  );
}

function News({ count }: { count: number }): JSX.Element | null {
  return count > 0 ? <span class="badge">{count}</span> : null;
}
