import { render } from "preact";
import { followDuels } from "../game/duel.js";
import { onEnter, resume } from "../game/session.js";
import { followGuide } from "../screens/guide/model.js";
import { App } from "./app.js";

const root = document.getElementById("app");
if (root === null) throw new Error("the page has no #app");
root.textContent = "";
onEnter(followDuels);
followGuide();
resume();
render(<App />, root);
