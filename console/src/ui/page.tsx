import type { ReactElement, ReactNode } from "react";
import { useTexts, type Texts } from "../texts/index.js";
import classes from "./page.module.css";

export type PageName = keyof Texts["pages"];

/** A page: its title, what it is about, what can be done, and its parts. */
export function Page({
  name,
  title,
  actions,
  children,
}: {
  name: PageName;
  title?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}): ReactElement {
  const texts = useTexts();
  return (
    <div className={classes["page"]} data-page={name}>
      <header className={classes["head"]}>
        <div>
          <h1>{title ?? texts.pages[name]}</h1>
          {title === undefined && <p>{texts.about[name]}</p>}
        </div>
        {actions !== undefined && <div className={classes["actions"]}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A part of a page. */
export function Card({
  title,
  actions,
  children,
}: {
  title?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}): ReactElement {
  return (
    <section className={classes["card"]}>
      {(title !== undefined || actions !== undefined) && (
        <div className={classes["cardHead"]}>
          {title !== undefined && <h2>{title}</h2>}
          {actions !== undefined && <div className={classes["actions"]}>{actions}</div>}
        </div>
      )}
      {children}
    </section>
  );
}
