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
能不能让工程师直接联系我
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
打了好几次都没用，我要你们经理给我打电话
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
""",
}


def lines(table: str) -> list[str]:
    """One sentence a line."""
    return table.strip().split("\n")
