import { render } from "preact";
import { resume } from "../game/session.js";
import { App } from "./app.js";

const root = document.getElementById("app");
if (root === null) throw new Error("the page has no #app");
root.textContent = "";
resume();
render(<App />, root);
