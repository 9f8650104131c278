//! Webhooks: JSON of our own, signed; and what the robots of WeCom, DingTalk and Feishu understand.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use campaign::Time;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::config::{Hook, Kind};
use super::outbox::{Letter, OutboxError};

/// How long the other side may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// How much text a robot of WeCom takes, in bytes; the others take more.
const MOST: usize = 2_048;

/// What sends to webhooks.
pub struct Hooks {
    client: reqwest::Client,
    hooks: Vec<Hook>,
}

/// A request that is ready to be sent.
#[derive(Debug, PartialEq, Eq)]
struct Ready {
    url: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

fn hmac(key: &[u8], text: &[u8]) -> Result<Vec<u8>, String> {
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key);
    let mut mac = mac.map_err(|error| error.to_string())?;
    mac.update(text);
    Ok(mac.finalize().into_bytes().to_vec())
}

/// As much of a text as a robot takes, cut between characters.
fn short(text: &str) -> &str {
    let mut end = text.len().min(MOST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

fn ready(hook: &Hook, letter: &Letter, now: Time) -> Result<Ready, String> {
    let text = format!("{}\n{}", letter.subject, letter.body);
    let text = short(&text);
    let plain = json!({ "msgtype": "text", "text": { "content": text } });
    let mut url = hook.url.clone();
    let mut headers = vec![("content-type", "application/json".to_owned())];
    let body = match (hook.kind, &hook.secret) {
        (Kind::Wecom, _) | (Kind::Dingtalk, None) => plain.to_string(),
        (Kind::Dingtalk, Some(secret)) => {
            let at = (now.0 * 1_000).to_string();
            let sign = hmac(secret.as_bytes(), format!("{at}\n{secret}").as_bytes())?;
            let sign = BASE64_STANDARD.encode(sign);
            let query = [("timestamp", at), ("sign", sign)];
            let query = serde_urlencoded::to_string(query).map_err(|error| error.to_string())?;
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&query);
            plain.to_string()
        }
        (Kind::Feishu, None) => {
            json!({ "msg_type": "text", "content": { "text": text } }).to_string()
        }
        (Kind::Feishu, Some(secret)) => {
            let at = now.0.to_string();
            let sign = hmac(format!("{at}\n{secret}").as_bytes(), b"")?;
            let body = json!({
                "timestamp": at,
                "sign": BASE64_STANDARD.encode(sign),
                "msg_type": "text",
                "content": { "text": text },
            });
            body.to_string()
        }
        (Kind::Json, secret) => {
            let at = now.0.to_string();
            let body = json!({
                "id": letter.key,
                "subject": letter.subject,
                "text": letter.body,
                "lang": hook.lang().pick("zh-CN", "en"),
            });
            let body = body.to_string();
            if let Some(secret) = secret {
                let sign = hmac(secret.as_bytes(), format!("{at}.{body}").as_bytes())?;
                headers.push(("merit-timestamp", at));
                headers.push(("merit-signature", format!("sha256={}", hex::encode(sign))));
            }
            body
        }
    };
    Ok(Ready { url, headers, body })
}

/// Whether what the other side said means that it was taken: robots answer 200 and say in the body what is wrong.
fn taken(kind: Kind, status: u16, body: &str) -> Result<(), String> {
    if !(200..300).contains(&status) {
        return Err(format!("it answered {status}"));
    }
    let field = match kind {
        Kind::Json => return Ok(()),
        Kind::Wecom | Kind::Dingtalk => "errcode",
        Kind::Feishu => "code",
    };
    let said: Value = serde_json::from_str(body).unwrap_or_default();
    match said.get(field).and_then(Value::as_i64) {
        Some(0) => Ok(()),
        code => Err(format!("it answered {field} {code:?}")),
    }
}

impl Hooks {
    /// Makes ready to send; nothing is called yet.
    pub fn new(hooks: &[Hook]) -> Result<Self, OutboxError> {
        let bad = |error: String| OutboxError::Config(error);
        for hook in hooks {
            let url = reqwest::Url::parse(&hook.url);
            let url = url.map_err(|error| bad(format!("{}: url: {error}", hook.name)))?;
            if !["http", "https"].contains(&url.scheme()) {
                return Err(bad(format!("{}: url: neither http nor https", hook.name)));
            }
        }
        let client = crate::outgoing::client(PATIENCE).map_err(|error| bad(error.to_string()))?;
        Ok(Self {
            client,
            hooks: hooks.to_vec(),
        })
    }

    /// Sends a letter to the webhook it names; says why it isn't taken. Where there is no such webhook any more it is dropped.
    pub async fn send(&self, letter: &Letter, now: Time) -> Result<(), String> {
        let mut hooks = self.hooks.iter();
        let Some(hook) = hooks.find(|hook| hook.name == letter.address) else {
            return Ok(());
        };
        let ready = ready(hook, letter, now)?;
        let mut request = self.client.post(ready.url).body(ready.body);
        for (name, value) in ready.headers {
            request = request.header(name, value);
        }
        // An error's own words hold the address, which is a secret.
        let unreachable = |error: reqwest::Error| error.without_url().to_string();
        let answer = request.send().await.map_err(unreachable)?;
        let status = answer.status().as_u16();
        let body = answer.text().await.map_err(unreachable)?;
        taken(hook.kind, status, &body)
    }
}

#[cfg(test)]
mod tests {
    use super::{hmac, ready, short, taken};
    use crate::notices::{Channel, Config, Kind, Letter};
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use campaign::Time;

    #[test]
    fn signatures_are_as_the_robots_want_them() -> Result<(), Box<dyn std::error::Error>> {
        let text = "
            [[webhook]]
            name = 'd'
            kind = 'dingtalk'
            url = 'https://oapi.dingtalk.com/robot/send?access_token=x'
            secret = 'this is secret'
            [[webhook]]
            name = 'f'
            kind = 'feishu'
            url = 'https://open.feishu.cn/open-apis/bot/v2/hook/x'
            secret = 'demo'
        ";
        let config = Config::read(text, std::path::Path::new("."))?;
        let letter = Letter {
            key: "k".to_owned(),
            channel: Channel::Hook,
            address: "d".to_owned(),
            subject: "s".to_owned(),
            body: "b".to_owned(),
        };
        let [dingtalk, feishu] = config.webhooks.as_slice() else {
            return Err("two webhooks".into());
        };
        let sent = ready(dingtalk, &letter, Time(1_577_808_000))?;
        // Made by Python's hmac and urllib from the same key, time and text.
        let sign = "ijHEivi6YiCNPZOq4hZstmvZ3sPfbioAiMhP30ae7W0%3D";
        assert_eq!(
            sent.url,
            format!("{}&timestamp=1577808000000&sign={sign}", dingtalk.url)
        );
        assert_eq!(sent.body, r#"{"msgtype":"text","text":{"content":"s\nb"}}"#);
        let sent = ready(feishu, &letter, Time(1_599_360_473))?;
        let body: serde_json::Value = serde_json::from_str(&sent.body)?;
        assert_eq!(body["sign"], "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=");
        assert_eq!(body["timestamp"], "1599360473");
        assert_eq!(body["content"]["text"], "s\nb");
        Ok(())
    }

    #[test]
    fn hmac_is_that_of_rfc_4231() {
        let made =
            hmac(b"Jefe", b"what do ya want for nothing?").map(|made| BASE64_STANDARD.encode(made));
        assert_eq!(
            made.as_deref(),
            Ok("W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=")
        );
    }

    #[test]
    fn a_robot_that_answers_200_may_still_refuse() {
        assert!(taken(Kind::Wecom, 200, r#"{"errcode":0,"errmsg":"ok"}"#).is_ok());
        assert!(taken(Kind::Dingtalk, 200, r#"{"errcode":310000}"#).is_err());
        assert!(taken(Kind::Feishu, 200, r#"{"code":0,"msg":"success"}"#).is_ok());
        assert!(taken(Kind::Feishu, 200, "nonsense").is_err());
        assert!(taken(Kind::Json, 204, "").is_ok() && taken(Kind::Json, 500, "").is_err());
        assert_eq!(short(&"字".repeat(1_000)).len(), 2_046);
    }
}
