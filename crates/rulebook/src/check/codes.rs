//! The codes of what is wrong with a campaign's meaning.

/// Every code of [`crate::check`] and [`crate::resolve`], with what it means in Chinese and in English.
pub const CODES: &[(&str, &str, &str)] = &[
    (
        "against-direction",
        "满分值与声明的方向相反",
        "The figure for all points contradicts the declared direction",
    ),
    (
        "asked-twice",
        "同一事实向同一角色问了两次",
        "One role is asked for a fact twice",
    ),
    (
        "bad-formula",
        "公式写错,或得出的不是所要的",
        "A formula is wrong, or yields the wrong kind of thing",
    ),
    (
        "band-order",
        "等次没有从最好的写起",
        "Bands aren't written best first",
    ),
    (
        "broken-lock",
        "改动了框架锁定的内容",
        "Something a frame locks is changed",
    ),
    (
        "clashing-days",
        "同一天既放假又上班",
        "A day is both a holiday and a working day",
    ),
    (
        "distance-target",
        "distance_to 要 target 或 unit 之一",
        "`distance_to` needs one of `target` and `unit`",
    ),
    ("duplicate-id", "标识重复", "An id is given twice"),
    ("empty-group", "指标组没有成员", "A group has no members"),
    (
        "empty-range",
        "范围的最小值不小于最大值",
        "A range's least isn't less than its most",
    ),
    (
        "extends-circle",
        "细则互相增补",
        "Schemes extend each other in a circle",
    ),
    (
        "formula-circle",
        "度量的公式绕回自己",
        "A measure's formula leads back to itself",
    ),
    (
        "frame-with-category",
        "框架不写类别",
        "A frame has a category",
    ),
    (
        "from-inside-period",
        "施行日落在一期中间",
        "A scheme starts in the middle of a period",
    ),
    ("group-circle", "指标组互相包含", "Groups lie in each other"),
    (
        "k-means-bands",
        "k 均值定级与等次的写法不合",
        "Bands don't suit k-means",
    ),
    (
        "level-gap",
        "最后一档仍有条件或名额",
        "The last level of a ladder has a condition or a quota",
    ),
    (
        "level-order",
        "高档不如低档",
        "A higher level is worth less than a lower one",
    ),
    (
        "log-goalposts",
        "对数刻度的一端不大于 0",
        "An end of a log scale isn't over 0",
    ),
    (
        "mean-in-sum",
        "取平均的组与分相加",
        "A mean among summed points",
    ),
    (
        "measured-twice",
        "两个度量是同一汇总",
        "Two measures are the same tally",
    ),
    (
        "missing-language",
        "文字缺中文或英文",
        "A text lacks Chinese or English",
    ),
    (
        "no-choices",
        "选择或检查单没有选项",
        "A choice or a checklist has no choices",
    ),
    (
        "no-columns",
        "表格没有写明各栏",
        "A table doesn't say what its columns are",
    ),
    (
        "no-denominator",
        "要折算的度量没有 per",
        "A measure to be divided names no `per`",
    ),
    (
        "no-kind",
        "有纸面上限而指标没有种类",
        "Paper is limited, but an indicator has no kind",
    ),
    (
        "no-missing-policy",
        "没有写明缺数怎么办",
        "Nothing says what is done where a figure is missing",
    ),
    (
        "no-not-applicable-policy",
        "没有写明不适用怎么办",
        "Nothing says what is done where an indicator doesn't apply",
    ),
    (
        "no-peers",
        "组内定级而没有分组",
        "Bands inside peer groups, but there are none",
    ),
    (
        "no-points",
        "相加的项没有分值",
        "Something summed has no points",
    ),
    ("no-rule", "指标没有规则", "An indicator has no rule"),
    (
        "no-why",
        "附件没有说明理由",
        "An attachment is asked for without a reason",
    ),
    (
        "no-working-day",
        "一周没有工作日",
        "A week has no working day",
    ),
    (
        "nothing-to-require",
        "荣誉要求结果里没有的东西",
        "An honour requires what results don't say",
    ),
    (
        "over-budget",
        "自定的分超出框架留下的分",
        "Own points exceed what the frame leaves",
    ),
    (
        "over-burden",
        "填表时间超过上限",
        "Forms take more time than the limit",
    ),
    (
        "over-periods",
        "至少要有的期数超过所看的期数",
        "A ladder needs more results than it looks at",
    ),
    (
        "paper-share",
        "纸面材料的分超过上限",
        "Paper carries more than the limit",
    ),
    (
        "points-in-mean",
        "取平均的项写了分值",
        "Something in a mean has points",
    ),
    (
        "points-over",
        "规则给的分超过指标的分值",
        "A rule gives more than the indicator's points",
    ),
    (
        "points-sum",
        "分值合计不等于声明的分",
        "Points don't add up to what is declared",
    ),
    (
        "progress-target",
        "进步规则的目标与算法不合",
        "A progress rule's target doesn't suit how progress is figured",
    ),
    (
        "quota-over-100",
        "名额合计超过 100%",
        "Quotas add up to over 100 %",
    ),
    (
        "redefined-item",
        "重写了上层已有的条目",
        "An inherited item is defined anew",
    ),
    (
        "removed-in-use",
        "去掉的条目还有别处在用",
        "Something removed is still referred to",
    ),
    (
        "same-decider",
        "推荐、裁定、申诉都由同一角色作主",
        "One role decides what another should",
    ),
    (
        "same-start",
        "同一类别有两套细则同时施行",
        "Two schemes of a category start together",
    ),
    (
        "satisfied-and-low",
        "同一级既算满意又算差评",
        "A level of ratings counts as satisfied and as low",
    ),
    (
        "scored-twice",
        "同一度量按同一规则考核两次",
        "A measure is scored twice by the same rule",
    ),
    (
        "senseless-rule",
        "规则的参数没有意义",
        "A rule's parameters make no sense",
    ),
    (
        "shares-over-100",
        "名次段合计超过 100%",
        "Shares of the ranks add up to over 100 %",
    ),
    (
        "step-order",
        "分档、名次没有从最好的写起",
        "Steps or ranks aren't best first",
    ),
    (
        "total-of-weights",
        "按权重合成的指数写了总分",
        "An index made by weights has a total",
    ),
    (
        "unbounded-rule",
        "相加的分用了没有上下限的规则",
        "A rule without bounds among summed points",
    ),
    (
        "unfilled-measure",
        "度量没有来源",
        "Nothing fills a measure",
    ),
    (
        "unfit-change",
        "改了这种条目没有的键",
        "A change of a key that such an item doesn't have",
    ),
    (
        "unfit-column",
        "不是表格却写了各栏",
        "Something that is no table has columns",
    ),
    (
        "unfit-noise",
        "误差的写法与度量不合",
        "Noise that the measure can't have",
    ),
    (
        "unfit-range",
        "范围容不下应有的数",
        "A range refuses figures its source is bound to give",
    ),
    (
        "unfit-tally",
        "汇总方法与字段不合",
        "A tally doesn't suit its field",
    ),
    ("unknown-attribute", "没有这个属性", "No such attribute"),
    ("unknown-band", "没有这个等次", "No such band"),
    ("unknown-category", "没有这个类别", "No such category"),
    (
        "unknown-field",
        "表单没有这个字段",
        "The form has no such field",
    ),
    ("unknown-form", "没有这个表单", "No such form"),
    ("unknown-group", "没有这个指标组", "No such group"),
    ("unknown-item", "没有这个条目", "No such item"),
    ("unknown-measure", "没有这个度量", "No such measure"),
    (
        "unknown-name",
        "公式用了不存在的名称",
        "A formula uses a name that doesn't exist",
    ),
    ("unknown-office", "没有这个科室", "No such office"),
    (
        "unknown-open-key",
        "open 列了不存在的键",
        "`open` lists a key that doesn't exist",
    ),
    ("unknown-role", "没有这个角色", "No such role"),
    (
        "unknown-scheme",
        "没有要增补的细则",
        "No such scheme to extend",
    ),
    (
        "unknown-served",
        "没有这类服务对象",
        "There is no such group served",
    ),
    ("unknown-unit", "没有这个单位", "No such unit"),
    (
        "unreachable-band",
        "没有人能得的等次",
        "A band nobody can get",
    ),
    (
        "unreachable-level",
        "阶梯的某一档谁也到不了",
        "Nobody can reach a level of a ladder",
    ),
    (
        "unreachable-rule",
        "规则许诺的得不到",
        "What a rule promises can't be had",
    ),
    (
        "unscored-category",
        "没有细则考核的类别",
        "A category no scheme scores",
    ),
    (
        "unused-attribute",
        "没有用到的属性",
        "An attribute nothing uses",
    ),
    ("unused-measure", "没有用到的度量", "A measure nothing uses"),
    (
        "unused-office",
        "不负责任何指标的科室",
        "An office that answers for nothing",
    ),
    (
        "unused-scheme",
        "不考核任何类别的细则",
        "A scheme that scores no category",
    ),
    (
        "useless-day",
        "日期重复,或写了也不改变什么",
        "A day is written twice or changes nothing",
    ),
    (
        "weight-in-sum",
        "相加的项写了权重",
        "Something summed has a weight",
    ),
    ("zero-weights", "权重全是 0", "All weights are 0"),
];
