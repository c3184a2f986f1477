import { ActionIcon, Alert, Badge, Button, NativeSelect, Tooltip } from "@mantine/core";
import { spotlight } from "@mantine/spotlight";
import { IconLogout, IconMenu2, IconPlugConnectedX, IconSearch, IconX } from "@tabler/icons-react";
import { type ReactElement, useEffect, useState } from "react";
import { Link, Route, Switch, useLocation } from "wouter";
import { logOut } from "../api/session.js";
import { useMetrics, worldsOf } from "../api/metrics.js";
import { useHere, useLineState, useRefresh } from "../api/use.js";
import { Player } from "../pages/players/player.js";
import { Players } from "../pages/players/players.js";
import { type Texts, useTexts } from "../texts/index.js";
import { Palette } from "./palette.js";
import { type Place, placesOf } from "./places.js";
import { LanguageButton, ThemeButton } from "./preferences.js";
import classes from "./shell.module.css";

const EVERY_MS = 5000;
const MODIFIER = navigator.userAgent.includes("Mac") ? "⌘" : "Ctrl";

/** The frame around all pages. */
export function Shell(): ReactElement {
  const texts = useTexts();
  const { functions } = useHere();
  const [location] = useLocation();
  // The menu of a phone is open at the place where it was opened; going elsewhere closes it.
  const [openAt, setOpenAt] = useState<string>();
  const isOpen = openAt === location;
  const places = placesOf(functions);
  useEffect(() => {
    window.scrollTo(0, 0);
  }, [location]);
  return (
    <div className={classes["shell"]}>
      <a className={classes["skip"]} href="#content" onClick={skip}>
        {texts.shell.skip}
      </a>
      <Header
        isOpen={isOpen}
        onToggle={() => {
          setOpenAt(isOpen ? undefined : location);
        }}
      />
      <Navigation places={places} location={location} isOpen={isOpen} />
      <main id="content" className={classes["content"]} tabIndex={-1}>
        <LineNote />
        <Switch>
          <Route path="/players/:player/:tab?/:at?" component={Player} />
          <Route path="/find/:text" component={Players} />
          {places.map(({ path, page }) => (
            <Route key={path} path={path === "/functions" ? "/functions/:name?" : path} component={page} />
          ))}
          <Route>{texts.common.empty}</Route>
        </Switch>
      </main>
      <Palette places={places} />
    </div>
  );
}

/** The address is the router's, so that the link must not change it. */
function skip(event: { preventDefault: () => void }): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function Header({ isOpen, onToggle }: { isOpen: boolean; onToggle: () => void }): ReactElement {
  const texts = useTexts();
  const { operator, leave } = useHere();
  const exit = async () => {
    await logOut().catch(() => undefined);
    leave();
  };
  return (
    <header className={classes["header"]}>
      <ActionIcon
        className={classes["burger"] ?? ""}
        variant="subtle"
        color="gray"
        aria-label={texts.shell.menu}
        aria-expanded={isOpen}
        onClick={onToggle}
      >
        {isOpen ? <IconX size={20} aria-hidden /> : <IconMenu2 size={20} aria-hidden />}
      </ActionIcon>
      <Link href="/" className={classes["brand"] ?? ""}>
        <img src="./icon.svg" alt="" width={26} height={26} />
        <span>{texts.product}</span>
      </Link>
      <button
        type="button"
        className={classes["search"]}
        onClick={spotlight.open}
        aria-keyshortcuts="Control+K Meta+K /"
      >
        <IconSearch size={16} aria-hidden />
        <span>{texts.shell.searchHint}</span>
        <kbd aria-hidden>{MODIFIER} K</kbd>
      </button>
      <div className={classes["tools"]}>
        <WorldChoice />
        <LanguageButton />
        <ThemeButton />
        <Tooltip label={`${operator.name} · ${operator.role}`}>
          <Badge variant="light" color="gray" tt="none" className={classes["who"] ?? ""}>
            {operator.name}
          </Badge>
        </Tooltip>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={texts.shell.signOut}
          title={texts.shell.signOut}
          onClick={() => void exit()}
        >
          <IconLogout size={18} aria-hidden />
        </ActionIcon>
      </div>
    </header>
  );
}

/** Which world is looked at, where there are several. */
function WorldChoice(): ReactElement | null {
  const texts = useTexts();
  const { world, setWorld } = useHere();
  const metrics = useMetrics(EVERY_MS);
  const worlds = worldsOf(metrics.data?.at(-1));
  if (worlds.length < 2) return null;
  return (
    <NativeSelect
      size="xs"
      aria-label={texts.shell.world}
      value={String(world)}
      data={worlds.map((number) => ({ value: String(number), label: texts.shell.worldNumber(number) }))}
      onChange={(event) => {
        setWorld(Number(event.currentTarget.value));
      }}
    />
  );
}

function Navigation({
  places,
  location,
  isOpen,
}: {
  places: Place[];
  location: string;
  isOpen: boolean;
}): ReactElement {
  const texts = useTexts();
  const groups = Object.keys(texts.shell.groups) as (keyof Texts["shell"]["groups"])[];
  return (
    <nav className={classes["nav"]} data-open={isOpen} aria-label={texts.shell.menu}>
      {groups.map((group) => {
        const inGroup = places.filter((place) => place.group === group);
        if (inGroup.length === 0) return null;
        return (
          <div key={group} className={classes["group"]}>
            <div className={classes["groupName"]}>{texts.shell.groups[group]}</div>
            {inGroup.map(({ name, path, icon: Icon }) => (
              <Link
                key={name}
                href={path}
                className={classes["place"] ?? ""}
                aria-current={isAt(location, path) ? "page" : undefined}
              >
                <Icon size={18} aria-hidden />
                {texts.pages[name]}
              </Link>
            ))}
          </div>
        );
      })}
    </nav>
  );
}

function isAt(location: string, path: string): boolean {
  return path === "/" ? location === "/" || location === "" : location.startsWith(path);
}

/** Says that the line is broken, and has everything asked again once it is whole. */
function LineNote(): ReactElement | null {
  const texts = useTexts();
  const refresh = useRefresh();
  const state = useLineState();
  const [wasLost, setWasLost] = useState(false);
  if (state === "lost" && !wasLost) setWasLost(true);
  if (state === "open" && wasLost) {
    setWasLost(false);
    queueMicrotask(refresh);
  }
  if (state !== "lost") return null;
  return (
    <div className={classes["note"]}>
      <Alert color="orange" variant="light" icon={<IconPlugConnectedX />} role="alert" title={texts.shell.lost}>
        <Button size="xs" variant="default" onClick={refresh}>
          {texts.common.retry}
        </Button>
      </Alert>
    </div>
  );
}
