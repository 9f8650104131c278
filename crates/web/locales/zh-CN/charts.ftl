# 图。
charts-region = 图:{ $title };下面的表里有同样的数
charts-caterpillar = 各单位得分和区间
charts-caterpillar-desc = 每行一个单位:点是得分,横线是 95% 区间;竖线是本类平均。上三角是明显高于,下三角是明显低于。
charts-xmr = 各期得分
charts-xmr-desc = 实线是各期平均,虚线是自然波动的上下限;出了虚线才说明真的变了。
charts-profile = 各项得分占满分的百分比
charts-profile-desc = 横条是本单位,竖线是本类平均,三角是本类最好。
charts-funnel = 服务对象评价:满意和很满意的占比
charts-funnel-desc = 横轴是评价数,纵轴是占比;实线是全类的占比,虚线之间的差别可以只是偶然。评价太少的单位不显示。
charts-funnel-all = 评价数
charts-funnel-share = 占比(%)
charts-funnel-low = 下限(%)
charts-funnel-high = 上限(%)
charts-heat = 各单位各期得分
charts-heat-desc = 每行一个单位,按名称排列;每列一期,格里是得分。颜色分五档,把所有的得分由低到高平分成五份,越深越高;下面一行是各档的范围。空格是没有得分。
