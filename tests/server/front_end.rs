//! A front-end of document 5 that gets nothing but refusals. Two real ones crashed on a missing `text` or `role`, and
//! took an error number for a `status` of true; like them, this one reads only the fields that it shows.

use crate::process::{Host, Server, exchange};
use serde_json::{Value, json};

/// A program that shows the replies it gets.
struct FrontEnd<'s> {
    server: &'s Server,
    token: String,
    role: String,
}

impl FrontEnd<'_> {
    /// The reply of a route that refuses.
    fn refused(&self, path: &str, expected: u16, data: &Value) -> Value {
        let (status, reply) = exchange(self.server.address, "POST", path, &self.token, data);
        assert_eq!(status, expected, "{path} with {data}: {reply}");
        reply
    }

    /// What a conversation page shows: speaker, text, and whether something was accepted or has ended.
    fn talk(&self, path: &str, expected: u16, data: &Value) -> (String, String, bool) {
        let reply = self.refused(path, expected, data);
        let text =
            |field: &str| reply[field].as_str().unwrap_or_else(|| panic!("{path}: no {field} in {reply}")).into();
        let status = reply["status"].as_bool().unwrap_or_else(|| panic!("{path}: no boolean in {reply}"));
        (text("role"), text("text"), status)
    }

    /// What a page with a list shows.
    fn list(&self, path: &str, expected: u16, field: &str) -> usize {
        let reply = self.refused(path, expected, &json!({"role": self.role}));
        let list = &reply[field];
        let length = list.as_array().map(Vec::len).or(list.as_object().map(serde_json::Map::len));
        length.unwrap_or_else(|| panic!("{path}: no list {field} in {reply}"))
    }

    /// A tour through all pages; `expected` is the HTTP status of each.
    fn tour(&self, expected: u16) {
        let speech = json!({"text": "你好", "role": self.role, "items": [], "skills": [], "roles": []});
        for path in ["/main", "/feedback"] {
            let (speaker, text, goes_on) = self.talk(path, expected, &speech);
            assert!(speaker.is_empty() && !text.is_empty() && !goes_on, "{path}: {speaker} {text}");
        }
        for (path, field) in [
            ("/get_list", "roles"),
            ("/refrash", "id_list"),
            ("/refrash", "role_list"),
            ("/refrash", "accpec_id"),
            ("/task_info", "task_list"),
            ("/task_info_personal", "task_list"),
            ("/status", "attribute"),
            ("/bag", "equipments"),
            ("/skill", "skills"),
        ] {
            let shown = self.list(path, expected, field);
            assert!(shown == 0 || field == "attribute", "{path} shows {shown}");
        }
        let select = self.refused("/select", expected, &json!({"role": self.role, "task_name": "x"}));
        assert!(select["text"].is_string() && select["image_data"].is_null(), "{select}");
        let merged = json!({"role": self.role, "mode": 0, "num": 1, "des": "火球术"});
        assert!(self.refused("/merge", expected, &merged)["text"].is_string());
        let turn = json!({"role": self.role, "id": "1", "text": "一剑", "items": [], "skills": []});
        let told = self.refused("/battle", expected, &turn);
        assert!(told["role"].is_string() && told["action"].is_string() && told["result"].is_string(), "{told}");
    }
}

#[test]
fn a_front_end_that_is_refused_everywhere_shows_why_and_goes_on() {
    let server = Host::new(&[]).start();
    let mut front_end = FrontEnd { server: &server, token: String::new(), role: "小三".to_owned() };
    front_end.tour(401);
    let duel = json!({"role1": "小三", "role2": "杨过", "image_data": null});
    let challenged = front_end.refused("/challenge", 401, &duel);
    assert_eq!((&challenged["status"], &challenged["status_code"]), (&json!(false), &json!(401)), "{challenged}");
    let accepted = front_end.refused("/accept_c", 401, &json!({"id": "1", "status": true}));
    assert_eq!(accepted["status"], false, "{accepted}");

    let known = json!({"email": "c@x.org", "username": "小三", "password": "hashed", "ip": "127.0.0.1:9000"});
    let (_, unknown) = exchange(server.address, "POST", "/login", "", &known);
    assert_eq!((&unknown["status_code"], &unknown["username"]), (&json!(404), &json!("")), "nobody has signed up");
    exchange(server.address, "POST", "/signup", "", &known);
    let (_, login) = exchange(server.address, "POST", "/login", "", &known);
    front_end.token = login["token"].as_str().expect("a login gives a token").to_owned();
    front_end.role = "杨过".to_owned();
    front_end.tour(403);

    let (_, nobody) = exchange(server.address, "POST", "/challenge", &front_end.token, &duel);
    assert_eq!((&nobody["status_code"], &nobody["status"]), (&json!(404), &json!(false)), "{nobody}");
    let answered = front_end.refused("/challenge_info", 404, &json!({"id": "1", "status": true}));
    assert_eq!(answered["status"], false, "{answered}");
    let lost = json!({"id": "1", "status": true});
    assert_eq!(exchange(server.address, "POST", "/accept_c", &front_end.token, &lost).1, json!({"status": false}));
}
