//! What can be asked on the command line. Texts are in the language chosen before.

pub mod delivery;
pub mod detect;
pub mod facets;
pub mod judges;
pub mod ledger;
pub mod rank;
pub mod rates;
pub mod robust;
pub mod sample;
pub mod trend;
pub mod web;

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use rulebook::Period;

use crate::lang::{lang, tr};

#[derive(Debug, Parser)]
#[command(
    name = "merit",
    version,
    about = tr(
        "创先争优:把评比办公平。写在文件夹里的考核细则,加一张数据表,得出每个单位的分数、名次、等次和理由。",
        "Runs an excellence campaign fairly: rules in a folder, a table of figures beside it, and every unit gets its score, \
         rank, band and the reasons."
    ),
    after_help = tr(EXAMPLES.0, EXAMPLES.1),
    arg_required_else_help = true
)]
pub struct Merit {
    #[command(subcommand)]
    pub command: Command,
    #[arg(
        long,
        global = true,
        value_name = "zh|en",
        hide_possible_values = true,
        help = tr("用中文还是英文;不写则随系统语言", "Chinese or English; as the locale says when absent")
    )]
    pub lang: Option<Language>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Language {
    Zh,
    En,
}

const EXAMPLES: (&str, &str) = (
    "\
例子:
  merit new 县 --from county            建一个现成的活动
  merit check 县                        查出全部错误
  merit score 县 --period 2026-03       给三月计分
  merit explain 县 --unit t01 --period 2026-03
                                        一个单位的分是怎么来的

退出码:
  0 正常  1 查出问题,或格式不一致  2 命令写错  3 文件有错,什么也没有做  4 读写失败",
    "\
Examples:
  merit new county --from county        start from a ready campaign
  merit check county                    find everything that is wrong
  merit score county --period 2026-03   score March
  merit explain county --unit t01 --period 2026-03
                                        where a unit's points come from

Exit codes:
  0 fine  1 findings, or differences in format  2 wrong command line
  3 a file is wrong, nothing was done  4 reading or writing failed",
);

#[derive(Debug, Subcommand)]
pub enum Command {
    #[command(
        about = tr("从现成的活动建一个新文件夹", "Make a folder from a ready campaign"),
        after_help = tr(
            "例子:\n  merit new 县 --from county\n  merit new --list",
            "Examples:\n  merit new mycounty --from county\n  merit new --list"
        )
    )]
    New(New),
    #[command(
        about = tr("检查活动文件夹,列出全部错误和警告", "Check a campaign folder and list everything that is wrong"),
        after_help = tr("例子:\n  merit check 县", "Example:\n  merit check county")
    )]
    Check(Folder),
    #[command(
        about = tr("把活动的文件排成统一格式,注释保留", "Lay the campaign's files out in the one format, keeping comments"),
        after_help = tr(
            "例子:\n  merit fmt 县\n  merit fmt 县 --check     只看,不改;有不一致则退出码为 1",
            "Examples:\n  merit fmt county\n  merit fmt county --check     only look; exit code 1 where anything differs"
        )
    )]
    Fmt(Fmt),
    #[command(
        about = tr(
            "用通常的话说明活动怎样开展、细则怎样计分;或说明一个单位的分怎么来的",
            "Tell in plain words how the campaign is run and its rules; or where a unit's points come from"
        ),
        after_help = tr(
            "例子:\n  merit explain 县 --scheme township\n  merit explain 县 --unit t01 --period 2026-03",
            "Examples:\n  merit explain county --scheme township\n  merit explain county --unit t01 --period 2026-03"
        )
    )]
    Explain(Explain),
    #[command(
        about = tr("比较两份细则:意思改了哪里", "Compare two rulebooks: what changed in meaning"),
        after_help = tr("例子:\n  merit diff 县-2026 县-2027", "Example:\n  merit diff county-2026 county-2027")
    )]
    Diff(Pair),
    #[command(
        about = tr("计分、排名、定级", "Score, rank and band"),
        after_help = tr(SCORE_EXAMPLES.0, SCORE_EXAMPLES.1)
    )]
    Score(Score),
    #[command(
        about = tr(
            "同样的数据按两份细则各算一遍:谁的分数、名次、等次会变;或看一份细则的结果稳不稳",
            "Score the same figures by two rulebooks: who moves; or tell how robust one rulebook's result is"
        ),
        after_help = tr(robust::EXAMPLES.0, robust::EXAMPLES.1)
    )]
    Whatif(WhatIf),
    #[command(
        about = tr(
            "有误差的估计值排名:每个单位真实的名次可能在哪些位置,谁明显高于平均",
            "Rank estimates that have errors: which places a unit may truly hold, and who is clearly over the mean"
        ),
        after_help = tr(rank::EXAMPLES.0, rank::EXAMPLES.1)
    )]
    Rank(rank::Rank),
    #[command(
        about = tr(
            "率和评价:原始值与收缩值并列,漏斗界限,件数太少的不列",
            "Rates and ratings: raw and shrunk side by side, funnel limits, small units withheld"
        ),
        after_help = tr(rates::EXAMPLES.0, rates::EXAMPLES.1)
    )]
    Rates(rates::Rates),
    #[command(
        about = tr(
            "与从前相比:控制图、变化及其区间,哪些是信号、哪些是波动",
            "Better than before? Control charts and changes with intervals: what is a signal, what is noise"
        ),
        after_help = tr(trend::EXAMPLES.0, trend::EXAMPLES.1)
    )]
    Trend(trend::Trend),
    #[command(
        about = tr(
            "评委的严宽、离散和校正后的分数(线性混合模型)",
            "How severe judges are, how they scatter, and adjusted marks (linear mixed models)"
        ),
        after_help = tr(judges::EXAMPLES.0, judges::EXAMPLES.1)
    )]
    Judges(judges::Judges),
    #[command(
        about = tr(
            "分档的评分:评委的严宽、项目的难度、被评者的水平(多面 Rasch 模型)",
            "Marks on a few levels: how severe judges are, how hard items, how good persons (many-facet Rasch model)"
        ),
        after_help = tr(facets::EXAMPLES.0, facets::EXAMPLES.1)
    )]
    Facets(facets::Facets),
    #[command(
        about = tr(
            "要多少个评价、走访、抽查才分得开;谁都能重复的抽取",
            "How many ratings, visits or checks are needed; a draw that anyone can repeat"
        ),
        after_help = tr(sample::EXAMPLES.0, sample::EXAMPLES.1)
    )]
    Sample(sample::Sample),
    #[command(
        about = tr(
            "找出值得有人看一眼的异常;不改任何分数",
            "Find what a person should look at; changes no score"
        ),
        after_help = tr(detect::EXAMPLES.0, detect::EXAMPLES.1)
    )]
    Detect(detect::Detect),
    #[command(about = tr("活动与表格之间的转换", "Turn a campaign into a workbook and back"))]
    Campaign {
        #[command(subcommand)]
        command: Workbook,
    },
    #[command(about = tr("账本:核验、证明、导出、导入", "The ledger: check, prove, export, import"))]
    Ledger {
        #[command(subcommand)]
        command: ledger::Ledger,
    },
    #[command(
        about = tr("打开一个演示的县,有近一年的数据", "Open a demonstration county with most of a year behind it"),
        after_help = tr(web::DEMO.0, web::DEMO.1)
    )]
    Demo(web::Demo),
    #[command(
        about = tr("运行一个活动:网页和接口", "Run a campaign: pages and API"),
        after_help = tr(web::SERVE.0, web::SERVE.1)
    )]
    Serve(web::Serve),
    #[command(about = tr("离线核对已公布的结果", "Check published results offline"))]
    Verify {
        #[command(subcommand)]
        command: ledger::Published,
    },
    #[command(
        about = tr("备份账本,不用停", "Copy a ledger while it runs"),
        after_help = tr(ledger::BACKUP.0, ledger::BACKUP.1)
    )]
    Backup(ledger::Backup),
    #[command(
        about = tr("用备份恢复账本", "Put a copy of a ledger back"),
        after_help = tr(ledger::RESTORE.0, ledger::RESTORE.1)
    )]
    Restore(ledger::Restore),
    #[command(
        about = tr("输出各类文件的 JSON Schema,供编辑器补全", "Write the JSON Schemas of the files, for editors"),
        after_help = tr("例子:\n  merit schema schema/", "Example:\n  merit schema schema/")
    )]
    Schema(Target),
    #[command(
        about = tr("输出命令行补全脚本", "Write a shell's completion script"),
        after_help = tr(
            "例子:\n  merit completions bash > ~/.local/share/bash-completion/completions/merit",
            "Example:\n  merit completions bash > ~/.local/share/bash-completion/completions/merit"
        )
    )]
    Completions(Completions),
    #[command(
        about = tr("把手册页写进文件夹", "Write the man pages into a folder"),
        after_help = tr("例子:\n  merit man ~/.local/share/man/man1", "Example:\n  merit man ~/.local/share/man/man1")
    )]
    Man(Pages),
    #[command(
        about = tr("显示命令的说明", "Show the help of a command"),
        after_help = tr("例子:\n  merit help score", "Example:\n  merit help score")
    )]
    Help(Help),
}

const SCORE_EXAMPLES: (&str, &str) = (
    "\
例子:
  merit score 县                                        活动自带的数据,全部各期
  merit score 县 --period 2026-03 --measures 三月.csv   交来的数据,一期
  merit score hdi --measures hdi.csv --unit-column iso3 --period-column year
  merit score 县 --out 结果.xlsx                        每期每类一张工作表
  merit score 县 --period 2026-03 --replay 1000         分数和名次有多准

数据表:CSV 或 XLSX。长表的列为 period,unit,measure,value[,n][,se];宽表一行一个单位,其余各列是度量。
CSV 结果的列:period,category,unit,score,rank,rank_of,band;有 --replay 时另有
score_low,score_high,rank_low,rank_high,rank_expected,p_band.<等次>,p_first.<K>,p_over_mean。
数据表有任何错误,都不计分,也不写出文件(退出码 3)。",
    "\
Examples:
  merit score county                                        its own figures, all periods
  merit score county --period 2026-03 --measures march.csv  figures handed in, one period
  merit score hdi --measures hdi.csv --unit-column iso3 --period-column year
  merit score county --out result.xlsx                      a sheet for each period and category
  merit score county --period 2026-03 --replay 1000         how sure scores and ranks are

Tables are CSV or XLSX. A long one has the columns period,unit,measure,value[,n][,se].
A wide one has a row for each unit, and every other column is a measure.
The columns of the CSV result: period,category,unit,score,rank,rank_of,band; with --replay also
score_low,score_high,rank_low,rank_high,rank_expected,p_band.<band>,p_first.<K>,p_over_mean.
Where anything is wrong with a table, nothing is scored and nothing is written (exit code 3).",
);

#[derive(Args, Debug)]
pub struct Folder {
    #[arg(value_name = tr("文件夹", "DIR"), help = tr("活动文件夹", "The campaign folder"))]
    pub dir: PathBuf,
}

#[derive(Args, Debug)]
pub struct New {
    #[arg(
        value_name = tr("文件夹", "DIR"),
        required_unless_present = "list",
        help = tr("新文件夹;已有的须是空的", "The new folder; one that exists must be empty")
    )]
    pub dir: Option<PathBuf>,
    #[arg(
        long,
        value_name = tr("名字", "NAME"),
        required_unless_present = "list",
        help = tr("从哪个现成的活动(--list 列出)", "The ready campaign to start from (--list lists them)")
    )]
    pub from: Option<String>,
    #[arg(long, action = ArgAction::SetTrue, help = tr("列出现成的活动", "List the ready campaigns"))]
    pub list: bool,
}

#[derive(Args, Debug)]
pub struct Fmt {
    #[command(flatten)]
    pub folder: Folder,
    #[arg(long, action = ArgAction::SetTrue, help = tr("只看有没有不一致,不改文件", "Only say which files differ; change none"))]
    pub check: bool,
}

#[derive(Args, Debug)]
pub struct Pair {
    #[arg(value_name = tr("旧", "A"), help = tr("旧的活动文件夹", "The old campaign folder"))]
    pub old: PathBuf,
    #[arg(value_name = tr("新", "B"), help = tr("新的活动文件夹", "The new campaign folder"))]
    pub new: PathBuf,
}

#[derive(Args, Debug)]
pub struct Figures {
    #[arg(
        long,
        value_name = tr("文件", "FILE"),
        num_args = 1..,
        help = tr(
            "数据表(CSV、XLSX),可以多个;不写则用活动的 figures/",
            "Tables of figures (CSV, XLSX), any number; the campaign's figures/ when absent"
        )
    )]
    pub measures: Vec<PathBuf>,
    #[arg(
        long,
        value_name = tr("期", "PERIOD"),
        help = tr("哪一期,如 2026、2026-Q1、2026-03", "The period, such as 2026, 2026-Q1, 2026-03")
    )]
    pub period: Option<Period>,
    #[arg(
        long,
        value_name = tr("列名", "COLUMN"),
        help = tr("哪一列是单位,不写为 unit", "The column of the unit's id; `unit` when absent")
    )]
    pub unit_column: Option<String>,
    #[arg(
        long,
        value_name = tr("列名", "COLUMN"),
        help = tr("哪一列是期,不写为 period", "The column of the period; `period` when absent")
    )]
    pub period_column: Option<String>,
    #[arg(
        long,
        value_name = tr("个数", "N"),
        help = tr("用几个线程;结果与此无关", "How many threads; results are the same for any number")
    )]
    pub threads: Option<NonZeroUsize>,
}

#[derive(Args, Debug)]
pub struct Explain {
    #[command(flatten)]
    pub folder: Folder,
    #[arg(
        long,
        value_name = tr("单位", "UNIT"),
        help = tr("哪个单位(标识)", "The unit's id")
    )]
    pub unit: Option<String>,
    #[arg(
        long,
        value_name = tr("细则", "SCHEME"),
        help = tr("哪套细则;试行的只在指名时计分", "The scheme; a trial is scored only when named")
    )]
    pub scheme: Option<String>,
    #[command(flatten)]
    pub figures: Figures,
    #[arg(
        long,
        value_enum,
        value_name = "text|json",
        hide_possible_values = true,
        hide_default_value = true,
        default_value = "text",
        help = tr("格式,不写为 text", "The layout; `text` when absent")
    )]
    pub format: ExplainFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    Text,
    Json,
}

#[derive(Args, Debug)]
pub struct Score {
    #[command(flatten)]
    pub folder: Folder,
    #[command(flatten)]
    pub figures: Figures,
    #[arg(
        long,
        value_name = tr("细则", "SCHEME"),
        help = tr("只按这套细则计分;试行的只在指名时计分", "Only by this scheme; a trial is scored only when named")
    )]
    pub scheme: Option<String>,
    #[arg(
        long,
        value_enum,
        value_name = "table|csv|json|xlsx",
        hide_possible_values = true,
        help = tr(
            "格式;不写则看 --out 的扩展名,再不然为 table",
            "The layout; as the ending of --out says when absent, else `table`"
        )
    )]
    pub format: Option<Format>,
    #[arg(
        long,
        value_name = tr("文件", "FILE"),
        help = tr("写到文件;要么写完整,要么不写", "Write to a file: all of it or nothing")
    )]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub replay: Replay,
}

#[derive(Args, Debug)]
pub struct Replay {
    #[arg(
        long,
        value_name = tr("次数", "N"),
        help = tr(
            "按数据的误差把这一期重演这么多遍(如 1000):分数、名次的区间,各等次的概率",
            "Replay the period so many times (1000, say) as the figures' noise allows: intervals of scores and ranks, chances of bands"
        )
    )]
    pub replay: Option<NonZeroU32>,
    #[arg(
        long,
        requires = "replay",
        value_name = tr("种子", "SEED"),
        help = tr(
            "随机数的种子,不写则看活动的 comparison,再不然为 20260101;种子相同,结果相同",
            "The seed of the draws; as the campaign's `comparison` says when absent, else 20260101; the same seed gives the same results"
        )
    )]
    pub seed: Option<u64>,
    #[arg(
        long,
        requires = "replay",
        value_name = tr("比例", "SHARE"),
        hide_default_value = true,
        default_value_t = 0.95,
        help = tr("区间包含的比例,不写为 0.95", "The share of the draws that an interval holds; 0.95 when absent")
    )]
    pub coverage: f64,
    #[arg(
        long,
        requires = "replay",
        value_name = tr("名", "K"),
        hide_default_value = true,
        default_value_t = 3,
        help = tr("进入前 K 名的概率,不写为 3", "The chance of being among the first K; 3 when absent")
    )]
    pub first: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Csv,
    Json,
    Xlsx,
}

impl Format {
    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Xlsx => "xlsx",
        }
    }
}

#[derive(Args, Debug)]
pub struct WhatIf {
    #[arg(value_name = tr("旧", "A"), help = tr("旧的活动文件夹", "The old campaign folder"))]
    pub old: PathBuf,
    #[arg(
        value_name = tr("新", "B"),
        required_unless_present = "robust",
        help = tr("新的活动文件夹;--robust 不用写", "The new campaign folder; none with --robust")
    )]
    pub new: Option<PathBuf>,
    #[command(flatten)]
    pub figures: Figures,
    #[command(flatten)]
    pub robust: robust::Robust,
}

#[derive(Debug, Subcommand)]
pub enum Workbook {
    #[command(
        about = tr("活动文件夹变成一个工作簿", "A campaign folder as one workbook"),
        after_help = tr(
            "例子:\n  merit campaign to-xlsx 县 县.xlsx",
            "Example:\n  merit campaign to-xlsx county county.xlsx"
        )
    )]
    ToXlsx {
        #[command(flatten)]
        folder: Folder,
        #[arg(value_name = tr("工作簿", "FILE"), help = tr("写到哪个 .xlsx", "The .xlsx to write"))]
        file: PathBuf,
    },
    #[command(
        about = tr("工作簿变回活动文件夹", "The campaign folder of a workbook"),
        after_help = tr(
            "例子:\n  merit campaign from-xlsx 县.xlsx 县-改",
            "Example:\n  merit campaign from-xlsx county.xlsx county-edited"
        )
    )]
    FromXlsx {
        #[arg(value_name = tr("工作簿", "FILE"), help = tr("读哪个 .xlsx", "The .xlsx to read"))]
        file: PathBuf,
        #[arg(
            value_name = tr("文件夹", "DIR"),
            help = tr("新文件夹;已有的须是空的", "The new folder; one that exists must be empty")
        )]
        dir: PathBuf,
    },
}

#[derive(Args, Debug)]
pub struct Target {
    #[arg(
        value_name = tr("文件夹", "DIR"),
        help = tr("写到哪里;不写则输出到屏幕", "Where to; the standard output when absent")
    )]
    pub dir: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Completions {
    #[arg(
        value_name = "bash|zsh|fish|elvish|powershell",
        hide_possible_values = true,
        help = tr("哪种命令行", "The shell")
    )]
    pub shell: Shell,
}

#[derive(Args, Debug)]
pub struct Pages {
    #[arg(value_name = tr("文件夹", "DIR"), help = tr("写到哪里", "Where to"))]
    pub dir: PathBuf,
}

#[derive(Args, Debug)]
pub struct Help {
    #[arg(value_name = tr("命令", "COMMAND"), help = tr("哪个命令;不写则列出全部", "The command; all of them when absent"))]
    pub command: Vec<String>,
}

/// The command line with all headings in the language chosen.
pub fn command() -> clap::Command {
    localised(Merit::command(), "").arg(
        clap::Arg::new("version")
            .short('V')
            .long("version")
            .action(ArgAction::Version)
            .help(tr("版本", "The version"))
            .display_order(LAST)
            .help_heading(tr("选项", "Options")),
    )
}

const TEMPLATE: (&str, &str) = (
    "{about-with-newline}\n用法:{usage}\n\n{all-args}{after-help}",
    "{about-with-newline}\nUsage: {usage}\n\n{all-args}{after-help}",
);

/// What every command has stands after what is its own.
const LAST: usize = 900;

/// A command and all under it, with headings and its usage line in the language chosen.
fn localised(command: clap::Command, above: &str) -> clap::Command {
    let path = format!("{above}{}", command.get_name());
    let help = clap::Arg::new("help")
        .short('h')
        .long("help")
        .action(ArgAction::Help)
        .help(tr("显示此说明", "Show this help"))
        .display_order(LAST)
        .help_heading(tr("选项", "Options"));
    let mut place = 0;
    let command = command
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .help_template(tr(TEMPLATE.0, TEMPLATE.1))
        .subcommand_help_heading(tr("命令", "Commands"))
        .mut_args(|arg| {
            // Without a place of its own an argument would stand by its name, not as it is typed.
            place += 1;
            let order = if arg.get_id() == "lang" { LAST } else { place };
            let heading = if arg.is_positional() {
                tr("参数", "Arguments")
            } else {
                tr("选项", "Options")
            };
            arg.help_heading(heading).display_order(order)
        })
        .arg(help)
        .max_term_width(110);
    let usage = usage_line(&command, &path);
    let inner = format!("{path} ");
    command
        .override_usage(usage)
        .mut_subcommands(|command| localised(command, &inner))
}

/// `merit score [OPTIONS] <DIR>`.
fn usage_line(command: &clap::Command, path: &str) -> String {
    let shown = command.clone().render_usage().to_string();
    let shown = shown.strip_prefix("Usage: ").unwrap_or(&shown);
    let shown = shown.strip_prefix(command.get_name()).unwrap_or(shown);
    let line = format!("{path}{shown}");
    match lang() {
        rulebook::Lang::En => line,
        rulebook::Lang::Zh => line
            .replace("[OPTIONS]", "[选项]")
            .replace("<COMMAND>", "<命令>"),
    }
}
