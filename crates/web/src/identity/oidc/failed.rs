//! Why someone isn't signed in by the provider, and what is said to them.

use axum::http::StatusCode;
use openidconnect::{ClaimsVerificationError, SignatureVerificationError};
use rulebook::{Say, say};

use crate::problem::Problem;

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failed {
    /// The provider doesn't answer, or with what can't be read.
    Unreachable(String),
    /// It isn't known that this browser began this: another one did, it took too long, or it is done already.
    Stale,
    /// The provider says no: its code.
    Refused(String),
    /// What it says of someone doesn't hold.
    Unproven(Why),
    /// Memory or randomness has run out.
    Exhausted,
}

/// Why the provider's word about someone doesn't hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It has expired.
    Expired,
    /// It is meant for another server.
    Audience,
    /// It is of another provider.
    Issuer,
    /// It answers another request.
    Nonce,
    /// Its signature isn't the provider's.
    Signature,
    /// It wasn't signed in strongly enough.
    Strength,
    /// It lacks something, or isn't as the standard says.
    Form,
}

impl Why {
    fn say(self) -> Say {
        match self {
            Self::Expired => say!("已经过期", "it has expired"),
            Self::Audience => say!("是发给别的系统的", "it is meant for another system"),
            Self::Issuer => say!("不是这个认证系统发的", "it is of another sign-on service"),
            Self::Nonce => say!("回答的不是这次登录", "it answers another sign-in"),
            Self::Signature => say!("签名不对", "its signature is wrong"),
            Self::Strength => say!(
                "认证强度不够",
                "the way it was signed in isn't strong enough"
            ),
            Self::Form => say!("内容不合标准", "it isn't as the standard says"),
        }
    }

    fn remedy(self) -> Say {
        match self {
            Self::Strength => say!(
                "请在认证系统里用更强的方式(如验证码)登录后再试。",
                "Sign in there in a stronger way, such as with a code, and try again."
            ),
            Self::Expired => say!(
                "请回到登录页重新开始;仍不行,请管理员核对两边服务器的时间。",
                "Begin anew on the sign-in page; if that doesn't help, have both servers' clocks compared."
            ),
            _ => say!(
                "没有登录。请回到登录页重新开始;仍不行,请告诉活动办公室。",
                "Nobody was signed in. Begin anew on the sign-in page; if that doesn't help, tell the campaign's office."
            ),
        }
    }
}

impl From<&ClaimsVerificationError> for Why {
    fn from(error: &ClaimsVerificationError) -> Self {
        match error {
            ClaimsVerificationError::Expired(_) => Self::Expired,
            ClaimsVerificationError::InvalidAudience(_) => Self::Audience,
            ClaimsVerificationError::InvalidIssuer(_) => Self::Issuer,
            ClaimsVerificationError::InvalidNonce(_) => Self::Nonce,
            ClaimsVerificationError::InvalidAuthContext(_) => Self::Strength,
            ClaimsVerificationError::SignatureVerification(_) => Self::Signature,
            _ => Self::Form,
        }
    }
}

/// Whether the key that signed isn't known (yet): a provider may have taken a new one.
pub(super) fn is_unknown_key(error: &ClaimsVerificationError) -> bool {
    matches!(
        error,
        ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)
    )
}

impl Failed {
    /// The provider's code for why it says no, fit to be shown.
    #[must_use]
    pub fn refused(code: &str) -> Self {
        let plain = code
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '_');
        Self::Refused(plain.take(40).collect())
    }
}

impl From<Failed> for Problem {
    fn from(failed: Failed) -> Self {
        let again = say!("请回到登录页重新开始。", "Begin anew on the sign-in page.");
        match failed {
            Failed::Unreachable(_) => Self::new(
                StatusCode::FAILED_DEPENDENCY,
                "sign-on-unreachable",
                say!(
                    "认证系统现在没有应答。",
                    "The sign-on service doesn't answer now."
                ),
                say!(
                    "过一会儿再试;有密码的可以用密码登录。",
                    "Try again shortly; if you have a password, sign in by it."
                ),
            ),
            Failed::Stale => Self::new(
                StatusCode::FORBIDDEN,
                "sign-on-stale",
                say!(
                    "这次单点登录对不上:等得太久,或不是在这个浏览器里开始的。",
                    "This sign-on isn't known: it took too long, or it wasn't begun in this browser."
                ),
                again,
            ),
            Failed::Refused(code) if code == "access_denied" => Self::new(
                StatusCode::FORBIDDEN,
                "sign-on-denied",
                say!(
                    "认证系统那边没有同意登录。",
                    "Signing in was declined at the sign-on service."
                ),
                again,
            ),
            Failed::Refused(code) => Self::new(
                StatusCode::FORBIDDEN,
                "sign-on-refused",
                say!(
                    "认证系统不让登录,代码 {code}。",
                    "The sign-on service refuses, with the code {code}."
                ),
                say!(
                    "请重新开始;仍不行,把代码告诉活动办公室。",
                    "Begin anew; if that doesn't help, tell the campaign's office the code."
                ),
            ),
            Failed::Unproven(why) => {
                let Say { zh, en } = why.say();
                Self::new(
                    StatusCode::FORBIDDEN,
                    "sign-on-unproven",
                    say!(
                        "认证系统发来的凭证不能用:{zh}。",
                        "What the sign-on service sent doesn't hold: {en}."
                    ),
                    why.remedy(),
                )
            }
            Failed::Exhausted => Self::broken(),
        }
    }
}
