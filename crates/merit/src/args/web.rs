//! What can be asked of the server.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::Args;

use crate::lang::tr;

pub const DEMO: (&str, &str) = (
    "\
例子:
  merit demo
  merit demo --listen 0.0.0.0:8080 --base-url http://192.168.1.5:8080     让同一局域网的手机也能打开
  merit demo --base-url http://localhost:8080        可以试通行密钥(浏览器只对 https 的域名和 localhost 提供)

造一个虚构的县,从2026年1月过到12月10日,打印地址和演示账号。数据在临时文件夹里,结束(Ctrl-C)就没了。",
    "\
Examples:
  merit demo
  merit demo --listen 0.0.0.0:8080 --base-url http://192.168.1.5:8080     for phones in the same network
  merit demo --base-url http://localhost:8080        to try passkeys (browsers have them for https names and localhost)

Makes up a county, lives from January to 10 December 2026, and prints the address and the demo accounts. Its data
lie in a temporary folder and are gone when it ends (Ctrl-C).",
);

pub const SERVE: (&str, &str) = (
    "\
例子:
  merit serve 县 --data 数据 --admin-unit o001 --admin-name 张三      第一次:采用细则、导入单位、登记管理员
  merit serve 县 --data 数据 --base-url https://merit.example.org --proxy 127.0.0.1    以后每次

数据文件夹里有账本、账号、密钥和快照;密钥第一次自动生成,另外备份一份。前面要有做 TLS 的反向代理。
账本也可以放在 PostgreSQL 里(--ledger)。运行中改细则,在“办公室—细则”页面里改,不看这个文件夹。
--base-url 是 https 的域名时,人们可以用通行密钥登录;换了域名,原来的就不能用了。

通知设置的文件(里面有密码,只让运行的账号读):
  [mail]
  server = 'smtp.example.org'
  tls = 'always'           # 465 端口;也可写 starttls(587 端口)、none(只用于本机)
  user = 'merit@example.org'
  password = '……'
  from = '创优活动 <merit@example.org>'
  [[webhook]]
  name = '办公室群'
  kind = 'dingtalk'        # 钉钉;也可写 wecom(企业微信)、feishu(飞书)、json(其他系统)
  url = 'https://oapi.dingtalk.com/robot/send?access_token=……'
  secret = '……'            # 钉钉、飞书的加签密钥;json 的签名密钥
  lang = 'zh'
发给 json 的内容有 Merit-Timestamp、Merit-Signature 两个头:后者是密钥对“时间.内容”的 HMAC-SHA256。
通知先进数据文件夹里的 outbox.db,至少送到一次;对方不收就隔一会儿再送,三天后放弃。22点到8点不发。

单点登录设置的文件(里面有密钥,只让运行的账号读):
  name.zh = '县统一身份认证'          # 登录页按钮上的名称
  name.en = 'County sign-on'
  issuer = 'https://id.example.org'   # OpenID Connect 的 issuer,其余从那里查
  client-id = 'merit'
  client-secret = '……'                # 公开客户端不写
  acr = ['urn:example:two-factor']    # 可不写;写了就只收这些认证强度
在认证系统登记的回调地址是 BASE-URL/sign-in/oidc/return。身份由本人在“我的账号”里关联一次,或打开邀请链接时选它;
不按邮箱认人。用它登录时这里不再要验证码,要不要第二步由认证系统决定。",
    "\
Examples:
  merit serve county --data data --admin-unit o001 --admin-name Zhang      the first time: rules, units, administrator
  merit serve county --data data --base-url https://merit.example.org --proxy 127.0.0.1     from then on

The data folder holds ledger, accounts, keys and snapshots; keys are made the first time: keep a copy elsewhere. Put a
reverse proxy that does TLS in front. The ledger can also lie in PostgreSQL (--ledger). Rules of a running campaign are
changed on the office's page of rules; this folder is then not looked at.
Where --base-url is https with a name, people can sign in by passkeys; those made for one name don't work for another.

The file of settings for notices (it holds passwords: let the account that runs this read it alone):
  [mail]
  server = 'smtp.example.org'
  tls = 'always'           # port 465; or starttls (port 587), none (same machine only)
  user = 'merit@example.org'
  password = '…'
  from = 'Merit <merit@example.org>'
  [[webhook]]
  name = 'office group'
  kind = 'dingtalk'        # or wecom, feishu (robots too), json (other systems)
  url = 'https://oapi.dingtalk.com/robot/send?access_token=…'
  secret = '…'             # what is signed with; WeCom takes no signatures
  lang = 'en'
What is sent to json has the headers Merit-Timestamp and Merit-Signature: the HMAC-SHA256 of `time.body` with the secret.
Notices go through outbox.db in the data folder and are sent at least once, tried again for three days. None are sent
between 22 and 8.

The file of settings for single sign-on (it holds a secret: let the account that runs this read it alone):
  name.zh = '县统一身份认证'          # what the button on the sign-in page says
  name.en = 'County sign-on'
  issuer = 'https://id.example.org'   # of OpenID Connect; the rest is found from there
  client-id = 'merit'
  client-secret = '…'                 # none for a public client
  acr = ['urn:example:two-factor']    # optional: only these strengths of signing in are taken
At the provider register the address BASE-URL/sign-in/oidc/return. People link their identity once on \"My account\", or
choose it when they open their invitation; nobody is known by a mail address. Who signs in by it types no code here:
whether a second step is asked for is the provider's to decide.",
);

/// Where a server listens.
#[derive(Args, Debug)]
pub struct Listen {
    #[arg(
        long,
        value_name = tr("地址", "ADDRESS"),
        default_value = "127.0.0.1:8080",
        help = tr("在哪里监听;端口写 0 则任选一个", "Where to listen; with port 0 any free one")
    )]
    pub listen: SocketAddr,
    #[arg(
        long,
        value_name = "URL",
        help = tr(
            "人们打开的网址,二维码和链接用它;不写则为监听地址",
            "The address people open, as links and QR codes give it; the listening address when absent"
        )
    )]
    pub base_url: Option<String>,
    #[arg(
        long,
        value_name = "IP",
        help = tr(
            "前面的反向代理的地址,可写几个:只有它们在 X-Forwarded-For 里写的来访地址算数",
            "The address of a reverse proxy in front, several can be given: only what they say in X-Forwarded-For is believed"
        )
    )]
    pub proxy: Vec<IpAddr>,
}

/// `merit demo`.
#[derive(Args, Debug)]
pub struct Demo {
    #[command(flatten)]
    pub listen: Listen,
}

/// `merit serve`.
#[derive(Args, Debug)]
pub struct Serve {
    #[arg(value_name = tr("文件夹", "DIR"), help = tr("活动文件夹", "The campaign folder"))]
    pub dir: PathBuf,
    #[arg(
        long,
        value_name = tr("文件夹", "DIR"),
        help = tr("数据文件夹;没有则新建", "The folder for data; made where there is none")
    )]
    pub data: PathBuf,
    #[command(flatten)]
    pub listen: Listen,
    #[arg(
        long,
        value_name = tr("账本", "LEDGER"),
        help = tr(
            "账本:文件,或 postgres:// 地址;不写则为数据文件夹里的 ledger.merit",
            "The ledger: a file or a postgres:// URL; ledger.merit in the data folder when absent"
        )
    )]
    pub ledger: Option<String>,
    #[arg(
        long,
        value_name = tr("单位", "UNIT"),
        requires = "admin_name",
        help = tr("第一次:管理员所在单位的标识", "The first time: the id of the administrator's unit")
    )]
    pub admin_unit: Option<String>,
    #[arg(
        long,
        value_name = tr("姓名", "NAME"),
        requires = "admin_unit",
        help = tr("第一次:管理员的姓名", "The first time: what the administrator is called")
    )]
    pub admin_name: Option<String>,
    #[arg(
        long,
        value_name = tr("文件", "FILE"),
        help = tr(
            "通知设置(TOML):邮件服务器、群机器人;格式见下。不写则不发通知",
            "Settings of notices (TOML): mail server, webhooks; see below. Without it none are sent"
        )
    )]
    pub notices: Option<PathBuf>,
    #[arg(
        long,
        value_name = tr("文件", "FILE"),
        help = tr(
            "单点登录设置(TOML,OpenID Connect);格式见下。不写则没有单点登录",
            "Settings of single sign-on (TOML, OpenID Connect); see below. Without it there is none"
        )
    )]
    pub sign_on: Option<PathBuf>,
}
