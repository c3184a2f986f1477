import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactElement, useEffect, useMemo, useState } from "react";
import { Router } from "wouter";
import { useHashLocation } from "wouter/use-hash-location";
import { RefusedError } from "../api/line.js";
import { openSession, type Session } from "../api/session.js";
import { HereContext } from "../api/use.js";
import { type Language, LANGUAGES, SpeechContext } from "../texts/index.js";
import { Loading } from "../ui/states.js";
import { LogIn } from "./log-in.js";
import { NewPassword } from "./new-password.js";
import { Shell } from "./shell.js";
import { theme } from "./theme.js";

const LANGUAGE_KEY = "raidkeep.console.language";
const RETRIES = 2;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (count, error) => !(error instanceof RefusedError) && count < RETRIES,
      refetchOnWindowFocus: false,
      staleTime: 1000,
    },
  },
});

function firstLanguage(): Language {
  const chosen = localStorage.getItem(LANGUAGE_KEY);
  if (chosen !== null && Object.hasOwn(LANGUAGES, chosen)) return chosen as Language;
  return navigator.language.startsWith("zh") ? "zh" : "en";
}

export function App(): ReactElement {
  const [language, setLanguage] = useState<Language>(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    localStorage.setItem(LANGUAGE_KEY, language);
  }, [language]);
  const speech = useMemo(() => ({ language, texts: LANGUAGES[language], choose: setLanguage }), [language]);
  return (
    <SpeechContext value={speech}>
      <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
        <QueryClientProvider client={queries}>
          <Notifications position="top-right" />
          <Router hook={useHashLocation}>
            <Gate />
          </Router>
        </QueryClientProvider>
      </MantineProvider>
    </SpeechContext>
  );
}

/** Shows the log-in or, once somebody is logged in, the pages. */
function Gate(): ReactElement {
  const [session, setSession] = useState<Session | "opening" | "nobody" | "ended">("opening");
  const [world, setWorld] = useState(0);
  const show = (opened: Session | undefined): boolean => {
    setSession(opened ?? "nobody");
    return opened !== undefined;
  };
  const end = () => {
    queries.clear();
    setSession("ended");
  };
  const open = async () => show(await openSession(end));
  useEffect(() => {
    // The cookie of an earlier log-in may still be good.
    void openSession(end).then(show);
  }, []);
  if (session === "opening") return <Loading />;
  if (session === "nobody" || session === "ended") return <LogIn hasEnded={session === "ended"} onLoggedIn={open} />;
  const leave = () => {
    session.line.end();
    queries.clear();
    setSession("nobody");
  };
  if (session.operator.must_change_password) {
    const reopen = async () => {
      session.line.end();
      return open();
    };
    return <NewPassword session={session} onChanged={reopen} onLeave={leave} />;
  }
  return (
    <HereContext value={{ ...session, world, setWorld, leave }}>
      <Shell />
    </HereContext>
  );
}
