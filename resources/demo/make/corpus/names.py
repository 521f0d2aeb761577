"""Lists that names and labels are drawn from; most names are then put together at random."""

# ruff: noqa: E501, SIM905 - words in a row read better than lists of strings; hanzi count double

from __future__ import annotations

FIRST = (
    "Margaret Daniel Samuel Ellen Anna Peter Laura Simon Clara Victor Helen Thomas Maria George Alice Robert Nina Paul "
    "Julia Martin Emma David Sarah Frank Irene Oscar Grace Henry Lucy Walter Rose Arthur Eva Leon Ruth Hugo Vera Carl "
    "Iris Felix Nora Max Amir Leila Omar Fatima Ravi Priya Chen Mei Yuki Kenji Ana Luis Sofia Diego Ivan Olga Lars "
    "Ingrid Noah Mia Adam Zoe Ben Kate Jack Amy Luke Jane Mark Joan"
).split()
LAST = (
    "Howell Reyes Okafor Turner Baker Miller Hayes Lindgren Novak Rossi Weber Fischer Moreau Silva Costa Petrov Kovacs "
    "Tanaka Sato Patel Singh Khan Haddad Cohen Levy Murphy Walsh Byrne Grant Stone Field Marsh Wood Hill Brooks Reed "
    "Fox Parker Cooper Mason Carter Fisher Hunter Shaw Lane Cole Ford Dale West North Young Bell Price Rice Long Short"
).split()
HEADS = "Bal Bren Cor Dar El Fen Gar Hol Is Jor Kel Lin Mar Nor Or Pel Quin Ros Sal Tor Ul Ven Wil Yar Zel Al".split()
TAILS = (
    "an den er field ford gate ham holm ick ing land ley lo mere mont o ova ridge sen shaw son stead ter ton".split()
)
STREETS = "Street Lane Road Avenue Square Way Court Hill Row Close".split()
JOBS = (
    "accountant,engineer,nurse,driver,teacher,cook,editor,gardener,designer,clerk,manager,translator,librarian,"
    "electrician,carpenter,analyst,assistant,receptionist,technician,head of sales,head of production,office manager"
).split(",")
FIRMS = "Ltd,Inc,Company,Group,Works,Trading,Partners,Systems,Services,Brothers".split(",")
ROOMS = "apartment,cellar,kitchen,hall,attic,garage,garden,bathroom,bedroom,laundry room".split(",")
ITEMS = "a laptop,a telephone,a car,a bicycle,a camera,a printer,a desk,a key card,a uniform,a tablet".split(",")
THINGS = "chairs,lamps,pumps,tables,screens,bottles,boxes,tiles,doors,windows,books,cables,valves,batteries".split(",")
LABELS = (
    "price weight height length width depth colour owner budget target limit code number address telephone date start "
    "end deadline capacity speed range cost fee rate discount tax balance total share size volume area temperature "
    "pressure voltage power output input level grade score rank status type model version material origin author editor "
    "director manager supplier customer contact inspector driver guide teacher sponsor founder leader deputy secretary "
    "password key locker room floor building gate platform seat row shelf box page chapter password salary bonus rent "
    "deposit loan debt payment invoice order delivery arrival departure birthday opening closing meeting review "
    "inspection warranty insurance password nickname motto symbol password currency language region city street "
    "harbour station bridge tower river garden school hospital library museum factory warehouse workshop office"
).split()
KINDS = (
    "project,machine,ship,house,school,engine,garden,bridge,station,team,course,book,film,train,plant,hotel,island,"
    "museum,device,pump,factory,festival,village,company,bank,laboratory,farm,bakery,theatre,satellite"
).split(",")
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
COUNTS = "one two three four five six seven eight nine ten twelve".split()
MONEY = ("{} dollars", "{} euros", "{} pounds", "${}", "€{}", "{} francs", "£{}", "{} USD", "{} EUR")

SURNAMES = tuple(
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚"
)
GIVEN = tuple(
    "淑芬立言国强伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建文志海波宁雪梅峰琳晨宇轩浩然欣怡子涵思远佳慧雨婷俊逸嘉诚安乐晓东春生清云天成德福瑞祥"
)
CITIES = "北京 上海 广州 深圳 杭州 南京 苏州 成都 重庆 武汉 西安 长沙 青岛 大连 厦门 宁波 天津 济南 郑州 合肥 昆明 福州 无锡 沈阳".split()
ROADS = "文三路 柳荫巷 人民路 解放路 中山路 建设路 和平街 长江路 东风路 新华街 学院路 花园路 西湖路 北京路 南京路 光明街".split()
JOBS_ZH = "会计 工程师 护士 司机 教师 厨师 编辑 园丁 设计师 文员 经理 翻译 图书管理员 电工 木工 分析师 助理 技术员 销售主管 生产主管".split()
FIRMS_ZH = "有限公司 集团 股份公司 贸易公司 科技公司 商行 工作室 实业公司".split()
ROOMS_ZH = "室内 地下室 厨房 走廊 阁楼 车库 花园 浴室 卧室 洗衣房 储藏间".split()
ITEMS_ZH = "电脑 电话 汽车 自行车 相机 打印机 办公桌 门卡 工作服 平板 椅子 台灯 水泵 桌子 屏幕 电池 书架".split()
LABELS_ZH = (
    "价格 重量 高度 长度 宽度 深度 颜色 所有人 预算 目标 限额 代码 编号 地址 电话 日期 开始日期 结束日期 截止日期 容量 速度 "
    "范围 成本 费用 比率 折扣 税额 余额 总额 份额 尺寸 体积 面积 温度 压力 电压 功率 产量 等级 分数 排名 状态 类型 型号 版本 "
    "材料 产地 作者 编辑 主任 经理 供应商 客户 联系人 检查员 司机 向导 教师 赞助人 创始人 领队 副手 秘书 密码 钥匙 房间 楼层 "
    "站台 座位 书架 箱号 页数 章节 工资 奖金 租金 押金 贷款 债务 付款日 发票号 订单号 交货日 到达日 出发日 生日 开业日 检查日 "
    "保修期 保险 口号 标志 货币 语言 地区 城市 街道 港口 车站 大桥 河流 学校 医院 图书馆 工厂 仓库 车间 办公室"
).split()
KINDS_ZH = "项目 机器 轮船 房屋 学校 发动机 花园 大桥 车站 团队 课程 图书 电影 列车 工厂 酒店 岛屿 博物馆 设备 水泵 节日 村庄 公司 银行 实验室 农场 剧院 卫星".split()
HAN = "一二三四五六七八九十"
