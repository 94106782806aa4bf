"""Wishes for a person, and sentences that only mention one, in three languages."""

from __future__ import annotations

WISHES = {
    "en": """
I have already called three times, let me speak to your manager.
Just put me through to a person.
Get me your manager.
Stop, I need a human being.
Can you get someone on the line?
I'd rather talk to somebody in person.
My laptop has been broken for a week and nobody has called back. I want to speak to a real person now.
Is there anybody I can talk to?
Please connect me with technical support.
No more machines, give me an operator.
The printer jams all the time and I am fed up. Put somebody on the phone.
Could you transfer this call to an agent?
I don't want to explain this to a computer.
Pass me on to one of your colleagues, please.
Look, this is urgent, I have to talk to a technician right away.
I would prefer a human.
Where can I get a live person?
Can a real person take this call?
Speak to a representative.
I'm not talking to a robot, get me somebody who can help.
Our server is down, can I please talk to an engineer?
Let me have a word with your supervisor.
I just want a person.
Would you mind putting me through to the service desk?
This is the third time this week. Who is in charge there? Let me talk to him.
Hand me over to a human agent.
I need to talk with someone about my invoice.
Forward me to the help desk.
Enough of this. Human.
Can't I just speak with an actual person?
Do you have any human staff there?
Reach me a customer service representative please.
I've been on hold for an hour, I want your boss
Could someone from your team call me, I don't like talking to machines
This isn't working, put me on with a human
Can I get a human on the phone
I'd like to speak to whoever is in charge
Just let me talk to someone
Is a real person available
My screen is broken again and I really need to speak to one of your engineers
customer service please
Please hand this over to a person
Give me somebody competent
I will only talk to a human
get someone
Transfer
I demand to speak with the manager
you don't understand me, agent
Would it be possible to speak with a technician
I want to complain to your supervisor
Connect this call to support
Let me out of this menu, operator
Hi, can I have a human please
nobody solves this, I want to be connected to a supervisor
Put me on to your boss
This is ridiculous. Get me a manager right now.
I'd prefer speaking with an actual human being
May I talk to the technician on duty
let me chat with a rep
Do I have to talk to a robot? I want a person.
please switch me over to an operator
somebody please help me, a human
The VPN drops every ten minutes and I lost a day of work, so please transfer me to second level support
I need human assistance
I wish to speak with management
Are there any people working there?
talk to agent
forget the ticket, connect me with someone
I won't talk to a computer
who can I speak to in person
no machine, person please
I've explained it twice, can I get a person now
I would like to talk to one of your support guys
Put a supervisor on
real human please
Transfer me to billing please
I don't trust machines, is anybody there
Could I be connected to a technician
let me speak with someone in charge
I want someone who understands me
please route my call to an employee
Get your manager on the phone
I refuse to talk to a bot
You're not helping. Let me speak to somebody.
can't a human answer this
talk to a real person
hello, is a human there
""",
    "zh": """
我要转人工。
我要占人工
我要戰人工
叫你们经理来。
让真人来接。
我已经打了三次电话了，让你们领导跟我说。
电脑又死机了，我不想再说了，给我转人工吧。
能不能找个人跟我说话？
有没有活人啊
请给我接一下技术人员
我想和你们主管谈谈
不要跟机器说，我要跟人说
帮我转到客服
可不可以换个真人
麻烦叫一下工程师接电话
转接一下人工客服好吗
你们有人吗，来个人啊
别再问了，直接转人工
我找你们负责人
我要投诉，让经理听电话
打印机还是不能用，你叫个人来跟我讲
安排一个人跟我通话
请人工服务
能帮我联系一下值班的工程师吗
我不跟机器人讲话
找你们老板来
系统登不上去已经两天了，我要找客服。
我想直接和工作人员沟通
請幫我轉接客服人員
我要跟真人講話
转人工，谢谢
听不懂你说什么，帮我找个懂的人来
我要找人
快给我转人工客服
你听不懂，换人
我不要跟电脑讲
帮我接值班经理
我只想跟活人讲话
转接
麻烦帮我转一下人工
我电脑开不了机，能不能请技术人员跟我说
喂有人在吗
我要和你们领导通话
找客服
直接给我人工
别啰嗦了叫你们主管接电话
可以转人工吗
要人工服务
给我找个真人
我想咨询人工
我想找真人客服
你给我找个会说话的人
麻烦转一下技术部的工程师
我要跟你们经理反映情况
机器听不懂，转人工
请让客服人员接听
能换人来说吗
我直接跟人说行吗
帮忙转接技术支持
不想跟你这个机器人讲了
给我接人工座席
有没有真人客服啊
我要求和主管通话
可以让你们的技术员接电话吗
叫人来
转到人工服务台
我需要人工帮助
快找人来跟我谈
別囉嗦，轉人工
给我叫个真人
我要跟客服讲
你们经理在吗，让他接电话
能转给工程师吗
别跟我说这些，找个人来
请接技术部
我想转接到人工客服
帮我喊一下你们主管
我需要和真人沟通
你是机器人吧，我要人工
人呢，来个活人
能让我跟负责人讲两句吗
打印机又坏了，麻烦转客服
接通人工
""",
    "ko": """
상담원 연결해 주세요
사람이랑 직접 통화하고 싶어요
책임자 바꿔 주세요
벌써 세 번이나 전화했어요. 매니저랑 얘기하게 해 주세요.
기계 말고 사람 바꿔줘요
상담원 좀 불러 주세요
직원분하고 말하고 싶습니다
담당자 연결 부탁드려요
그냥 사람한테 연결해 주세요
로봇이랑 얘기하기 싫어요
노트북이 계속 꺼져요. 그냥 상담원하고 얘기할게요.
실제 사람과 이야기할 수 있나요?
거기 사람 없어요?
팀장님 바꾸세요
상담사로 돌려 주세요
기술자랑 통화할 수 있을까요
진짜 사람 나오라고 하세요
높은 사람 바꿔 주세요
제발 상담원으로 넘겨 주세요
사람 상담원과 말씀 나누고 싶어요
프린터가 안 돼서 급해요 담당자 좀 바꿔 주시겠어요
엔지니어와 통화를 원합니다
고객센터 직원 연결이요
누구든 사람하고 얘기 좀 합시다
인터넷이 이틀째 안 됩니다. 상담원 연결 좀 해 주실래요?
안내원 부탁합니다
그쪽 책임자하고 통화하고 싶은데요
ai 말고 상담원이요
사람하고 말할래요
상담원 바꿔
빨리 사람 연결해
책임자랑 얘기 좀 하죠
상담원 통화 원해요
담당자분과 연결해 주시면 감사하겠습니다
그냥 직원 바꿔 주세요
사람이요
제 말을 못 알아듣네요 상담원 부탁해요
관리자와 이야기하게 해주세요
실제 직원과 통화하고 싶은데요
상담사 연결 가능할까요
사람 상담원으로 바꿔 주시겠어요
직원하고 통화할 수 있나요
담당자님 좀 연결해 주실 수 있을까요
로봇 말고 사람이랑 말하게 해 주세요
매니저 나오세요
상담원과 직접 얘기할래요
벌써 두 시간째예요 책임자 연결해 주세요
기술 지원팀 연결 부탁합니다
사람 좀 바꿔 줘요
상담사분이랑 통화 원합니다
누구 사람 없나요
그냥 상담원 주세요
사람 연결 부탁드려요
상담원하고 얘기 좀 할게요
그냥 담당자 바꿔 주세요
매니저님과 통화하게 해 주세요
사람이 받아 주세요
직원이랑 얘기하고 싶다고요
여기 사람 없어요
엔지니어 좀 연결해 주실래요
""",
}

MENTIONS = {
    "en": """
My manager cannot open the report.
The agent on my laptop does not start.
I talked to somebody from support last week and he reset my password.
Our customer service team cannot log in.
The operator panel shows an error message.
A colleague gave me this number because the scanner is broken.
The technician was here yesterday but it still does not work.
Whenever a person calls me on Teams, the screen goes black.
I cannot transfer files to my manager.
When I speak to customers my headset makes a noise.
The human resources portal is down.
Nobody can connect to the support page.
I want to give a new employee access to the mail system.
I need to add another person to the mailing list.
Someone put coffee on my keyboard.
The person next to me has the same problem.
I have a meeting with my supervisor and the projector fails.
Your engineer told me to restart the router.
I can't get the agent to install on the server.
We have three people who cannot print.
My supervisor asked me to report that the door camera is broken.
I need to send a file to a customer and the mail is rejected.
The chat robot on our website gives wrong answers.
Please reset the password of a colleague.
I asked an operator about it this morning.
The representative in the shop said the phone is locked.
I want to call someone abroad but the line is blocked.
The call centre software does not let my team talk to customers.
I get an error when I connect to the remote support tool.
Can you tell me why my staff cannot reach the server?
I would like to change the person responsible for our account.
The machine in the lab stopped and no one can log on.
The customer service website is not loading
I got a message from your agent that my account is locked
My boss wants to talk to the team on video but it fails
The person who used this laptop before left a password
When customers call us they cannot hear the operator
I need a new laptop for a colleague
Someone is using my account
The support tool says connect to an agent and then freezes
I need to get an employee into the system
My manager asked me to call
I want to share a calendar with my manager
Our staff can't open the door
People can't reach me by phone
My colleague and I can't print
the engineer fixed it last month
I cannot hear the person I am talking to
I need my manager's approval in the portal
The agent software needs an update
We have a new employee who needs a phone
Nobody can log in to the call center
The manager's password has expired
We had an engineer on site last week
I can't add a person to the group chat
my colleague spoke to someone at your desk on Friday
Customers can't connect to our agents
The technician portal logs me out
a staff member spilled water on the router
I want to give my assistant access to my mailbox
Somebody stole the laptop of our director
When I call a person abroad the call drops
The machine says please see operator
I have to print badges for forty people
The supervisor view in the call center app is empty
I was told by support to send a log
our receptionist cannot transfer calls
I need to reset an employee's account
the robot arm in the plant is offline
We can't talk to the team in Berlin over video
please remove a former employee from the list
The help desk page is blank
Can somebody call me tomorrow at nine?
I need someone to call me back
please have an engineer call me after three
A technician should call me on Monday
Your colleague can call me any time
My supervisor's screen is frozen
The person before me already reported it
I can't talk to anyone on Teams
Our operator needs a new headset
someone from your team installed it yesterday
the manager app asks for a code
I need to send the report to my manager by noon
it says contact your administrator
The agent license is expired
People keep getting kicked out of the meeting
I was on the phone with a technician and we got cut off
we hired a consultant and he has no badge
can you give a colleague access to the folder
the humidity sensor and the robot are offline
""",
    "zh": """
客服系统登录不了
我昨天找过客服
我们经理的电脑打不开了
人工智能软件一直报错
工程师上周来过，还是没修好
我们客服部的电话打不出去
转给我的文件打不开
同事说他的打印机也坏了
我是客服部的小王，我的耳机没有声音
机器人吸尘器不动了
有人把咖啡洒在键盘上了
新来的员工没有账号
我想给一个同事开通邮箱
领导的邮箱收不到邮件
人工录入的数据丢了
找不到打印机了
我要给客户发邮件但是发不出去
上次那个技术员说要换硬盘
我们主管让我报一下网络的故障
人事系统打不开
每次客户打电话来，电话就断了
坐席软件一启动就死机
会议室里没有人可以投屏
换了一个人用这台电脑，还是蓝屏
有三个人上不了网
昨天客服跟我说今天会修好
转账页面打不开
我们部门的人都登不上系统
经理要的报表导不出来
客服电话的录音听不了
我找人看过了，说是主板坏了
老板的手机连不上无线网
我们经理让我打电话来报修
客服软件打不开
工程师说要换主板
给领导的打印机装驱动
我找不到我的文件
有人动了我的电脑
昨天转人工等了一个小时
系统提示请联系管理员
经理的电话打不通
我们有五个人受影响
工作人员出入证打不了
联系人列表是空的
我和同事都登不上
跟客户视频的时候没有声音
换了新的工程师站还是报警
人工台的屏幕黑了
请帮我看看主管的账号
老板叫我来问问网络的事
客服给我的密码不对
新招的客服没有权限
主管的电脑蓝屏了
前台的电话转接不了
上次师傅来换过硬盘
我们找了工程师，但是他不会修
客服小姐的耳机坏了
新同事找不到共享文件夹
经理开会的时候投影没有画面
人工智能助手用不了
我给工程师发了邮件没回
有人在用我的账号
机器人流程跑不动
工作人员名单导不出来
老板让我问一下发票的事
转人工的按钮点不了
技术支持的网站打不开
上周你们的技术员来看过
联系客服的页面是空白
领导审批的流程卡住了
我帮同事报修他的鼠标
坐席的录音找不到了
让工程师明天给我打电话
请技术人员下午联系我
能不能叫人明天上午给我回电话
麻烦你们经理有空打给我
同事的客服账号登不上
你们的人说周五会来
经理让我催一下
我们缺一个技术员的账号
工程师的电脑连不上打印机
新员工没有邮箱
我跟供应商开会的时候断线了
有个同事打不开文件
联系人导入失败
人工台话机没声音
主管审批不了
昨天客服说会回电
""",
    "ko": """
직원 한 명이 로그인을 못 해요
어제 상담원이랑 통화했는데 아직 안 돼요
담당자 메일이 안 열려요
상담 프로그램이 자꾸 꺼져요
옆 사람도 같은 문제가 있어요
매니저가 보고서를 열 수 없어요
기사님이 지난주에 오셨는데 또 고장났어요
고객센터 시스템이 멈췄어요
로봇 청소기가 안 움직여요
사람이 많으면 와이파이가 느려요
팀장님 노트북이 안 켜져요
새 직원 계정을 만들어 주세요
상담원 헤드셋에서 소리가 안 나요
엔지니어가 재부팅하라고 했어요
책임자 승인 화면이 안 떠요
세 사람이 인쇄를 못 해요
고객이랑 통화할 때 잡음이 나요
직원들이 서버에 연결이 안 된대요
아까 상담사가 다시 전화하라고 했어요
담당자가 바뀌어서 이메일 주소를 바꿔야 해요
사람 이름이 깨져서 나와요
자동 응답 메일이 안 꺼져요
기계가 멈췄어요
동료한테 파일을 보낼 수 없어요
상담원 화면에 오류가 떠요
사장님 프린터가 고장났어요
직원 카드가 인식이 안 돼요
매니저 계정에 연결이 안 됩니다
직원이 새로 왔는데 계정이 필요해요
상담원 프로그램에 로그인이 안 돼요
담당자가 전화를 안 받아요
매니저한테 메일이 안 가요
사람 얼굴이 화면에 안 나와요
기사님이 고쳐 주셨는데 또 안 돼요
통화할 때 상대방 목소리가 안 들려요
상담원 연결 버튼이 안 눌려요
팀장님이 전화하라고 하셨어요
직원 다섯 명이 접속을 못 합니다
지난번에 상담원하고 통화했습니다
사람들이 와이파이를 못 써요
매니저 컴퓨터가 느려요
상담원 모니터가 깨졌어요
어제 기사님이 다녀가셨어요
직원 교육 영상이 안 나와요
담당자 이름이 잘못 나와요
사람 찾기 기능이 안 돼요
동료 직원이 로그인을 못 해요
사장님이 이메일을 못 받으세요
기계실 온도가 높아요
상담사가 다시 전화 준다고 했어요
엔지니어한테 들었는데 부품이 없대요
고객센터 번호로 전화가 안 걸려요
담당자가 내일 전화해 주세요
기사님이 오후에 연락 주세요
직원분이 월요일에 전화 주시면 돼요
직원 등록이 안 돼요
담당자한테 메일을 보냈는데 반송됐어요
어제 엔지니어가 왔었어요
매니저 승인이 필요하대요
상담원 계정 비밀번호를 잊어버렸어요
사람 인식 카메라가 안 돼요
팀장님 전화기가 안 울려요
고객센터 앱이 꺼져요
""",
}


def lines(table: str) -> list[str]:
    """One sentence a line."""
    return table.strip().split("\n")
