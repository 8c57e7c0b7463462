/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * More forms of notices (see t-notices), with the codes that are read out of them. */
#include "notices.h"

static const struct notice_row rows[] = {
	{ "qmail, of a bounce",
		"Return-Path: <>\nFrom: MAILER-DAEMON@ns.school.example\nTo: me@home.example\nSubject: failure notice\n\n"
		"Hi. This is the qmail-send program at ns.school.example.\n"
		"I tried to deliver a bounce message to this address, but the bounce bounced!\n\n<old.staff@school.example>:\n"
		"This address no longer accepts mail. (#5.1.1)\n\n--- Below this line is the original bounce.\n\nReturn-Path: <>\n"
		"Received: (qmail 3321 invoked for bounce); 2 Mar 2026 22:01:02 -0000\nDate: 2 Mar 2026 22:01:02 -0000\n"
		"From: MAILER-DAEMON@ns.school.example\nTo: old.staff@school.example\nSubject: failure notice\n\n",
		"bounce old.staff@school.example failed 5.1.1" },
	{ "qmail French",
		"Return-Path: <>\nFrom: MAILER-DAEMON@smtp.perdu.example\nTo: me@home.example\nSubject: Message non distribué\n"
		"Content-Type: text/plain; charset=utf-8\n\nBonjour, ici le programme qmail-send de smtp.perdu.example.\n"
		"Je n'ai pas pu délivrer votre message aux adresses suivantes.\nC'est une erreur définitive ; j'abandonne. Désolé.\n\n"
		"<marcel@perdu.example>:\nCette adresse n'existe pas. (#5.1.1)\n\n--- Ci-dessous une copie du message.\n\n"
		"Received: from [192.0.2.15] by mail.home.example\nMessage-ID: <orig-77@home.example>\nFrom: Me <me@home.example>\n"
		"To: marcel@perdu.example\nSubject: March figures\n\nHello, here are the figures.\n",
		"bounce marcel@perdu.example failed 5.1.1" },
	{ "one of two, and its reply further down",
		"Return-Path: <>\nFrom: Mail Delivery Subsystem <MAILER-DAEMON@half.example>\nTo: me@home.example\n"
		"Subject: Returned mail: User unknown\n\nThe original message was received at Mon, 2 Mar 2026 10:00:00 +0900\n"
		"from home.example [192.0.2.15]\n\n   ----- The following addresses had successful delivery notifications -----\n"
		"<ok-one@half.example>  (successfully delivered to mailbox)\n\n"
		"   ----- The following addresses had permanent fatal errors -----\n<bad-one@half.example>\n\n"
		"   ----- Transcript of session follows -----\n550 <bad-one@half.example>... User unknown\n\n"
		"   ----- Original message follows -----\nReceived: from [192.0.2.15] by mail.home.example\n"
		"Message-ID: <orig-77@home.example>\nFrom: Me <me@home.example>\nTo: bad-one@half.example\nSubject: March figures\n\n"
		"Hello, here are the figures.\n",
		"bounce ok-one@half.example delivered - bad-one@half.example failed 5.0.0" },
	{ "two reasons in brackets",
		"Return-Path: <>\nFrom: Mail Delivery Subsystem <MAILER-DAEMON@s.example>\nTo: me@home.example\n"
		"Subject: Returned mail: see transcript for details\n\n"
		"   ----- The following addresses had permanent fatal errors -----\n<u1@s.example>\n"
		"    (reason: 550 5.1.1 <u1@s.example>... User unknown)\n<u2@s.example>\n"
		"    (reason: 550 5.7.1 <u2@s.example>... Access denied)\n\n   ----- Transcript of session follows -----\n"
		"550 5.1.1 <u1@s.example>... User unknown\n550 5.7.1 <u2@s.example>... Access denied\n",
		"bounce u1@s.example failed 5.1.1 u2@s.example failed 5.7.1" },
	{ "OpenSMTPD late, as text",
		"Return-Path: <>\nFrom: Mailer Daemon <MAILER-DAEMON@bsd.example>\nTo: me@home.example\n"
		"Subject: Delivery status notification: warning\n\n    Hi!\n\n"
		"    This is the MAILER-DAEMON, please DO NOT REPLY to this email.\n\n"
		"    A message is delayed for more than 4h for the following\n    list of recipients:\n\n"
		"tux@slowbsd.example: Network error on destination MXs\n\n"
		"    Please note that this is only a temporary failure report.\n    The message is kept in the queue for up to 4d.\n"
		"    You DO NOT NEED to re-send the message to these recipients.\n\n    Below is a copy of the original message:\n\n"
		"Received: from [192.0.2.15] by mail.home.example\nMessage-ID: <orig-77@home.example>\nFrom: Me <me@home.example>\n"
		"To: tux@slowbsd.example\nSubject: March figures\n\nHello, here are the figures.\n",
		"bounce tux@slowbsd.example delayed -" },
	{ "Mercury",
		"Return-Path: <>\nFrom: Electronic Postmaster <postmaster@pegasus.example>\nTo: me@home.example\n"
		"Subject: Postmaster Notify: Delivery Failure.\n\nThe following message has failed to be delivered. Details follow:\n\n"
		"With respect to your message:\n\n   Subject:  March figures\n   Date:     2 Mar 2026\n\n"
		"The following address(es) could not be resolved at this site:\n\n"
		"   netware@pegasus.example: user not known at this site.\n\n***** Your original message:\n\n"
		"Received: from [192.0.2.15] by mail.home.example\nMessage-ID: <orig-77@home.example>\nFrom: Me <me@home.example>\n"
		"To: netware@pegasus.example\nSubject: March figures\n\nHello, here are the figures.\n",
		"bounce netware@pegasus.example failed -" },
	{ "Exchange German, by who runs it",
		"Return-Path: <>\nFrom: Microsoft Outlook <postmaster@gmbh.example>\nTo: me@home.example\n"
		"Subject: Unzustellbar: Zahlen\nContent-Type: text/plain; charset=utf-8\n\n"
		"Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Verteilerlisten:\n\nkurt@gmbh.example\n"
		"Die eingegebene E-Mail-Adresse konnte nicht gefunden werden. Überprüfen Sie die E-Mail-Adresse, und versuchen Sie, die Nachricht erneut zu senden.\n"
		"\nDiagnoseinformationen für Administratoren:\n\nGenerierender Server: gmbh.example\n\nkurt@gmbh.example\n"
		"#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n\nUrsprüngliche Nachrichtenkopfzeilen:\n\n"
		"Received: from [192.0.2.15] by mail.home.example\nMessage-ID: <orig-77@home.example>\nFrom: Me <me@home.example>\n"
		"To: kurt@gmbh.example\nSubject: March figures\n\nHello, here are the figures.\n",
		"bounce kurt@gmbh.example failed 5.1.1" },
	{ "Exchange Chinese",
		"Return-Path: <>\nFrom: Microsoft Outlook <postmaster@gongsi.example>\nTo: me@home.example\nSubject: 未送达: 三月数据\n"
		"Content-Type: text/plain; charset=utf-8\n\n无法将邮件传递给以下收件人或组:\n\nli@gongsi.example\n"
		"找不到您输入的电子邮件地址。请检查收件人的电子邮件地址并尝试重新发送邮件。\n\n供管理员使用的诊断信息:\n\n生成服务器: gongsi.example\n\nli@gongsi.example\n"
		"#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n\n原始邮件头:\n\nReceived: from [192.0.2.15] by mail.home.example\n"
		"Message-ID: <orig-77@home.example>\nFrom: Me <me@home.example>\nTo: li@gongsi.example\nSubject: March figures\n\n"
		"Hello, here are the figures.\n",
		"bounce li@gongsi.example failed 5.1.1" },
	{ "Exchange Dutch",
		"Return-Path: <>\nFrom: Microsoft Outlook <postmaster@bedrijf.example>\nTo: me@home.example\n"
		"Subject: Onbestelbaar: Cijfers\n\nBezorging bij de volgende ontvangers of groepen is mislukt:\n\njan@bedrijf.example\n"
		"Het e-mailadres dat u hebt ingevoerd, is niet gevonden.\n\nDiagnostische informatie voor beheerders:\n\n"
		"Bronserver: bedrijf.example\n\njan@bedrijf.example\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n",
		"bounce jan@bedrijf.example failed 5.1.1" },
	{ "Exchange Russian",
		"Return-Path: <>\nFrom: Microsoft Outlook <postmaster@kontora.example>\nTo: me@home.example\n"
		"Subject: Не удается доставить: Цифры\nContent-Type: text/plain; charset=utf-8\n\n"
		"Сбой доставки следующим получателям или группам:\n\nivan@kontora.example\n"
		"Не удалось найти введенный адрес электронной почты.\n\nДиагностические сведения для администраторов:\n\n"
		"Формирующий сервер: kontora.example\n\nivan@kontora.example\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n",
		"bounce ivan@kontora.example failed 5.1.1" },
	{ "Exchange Ukrainian",
		"Return-Path: <>\nFrom: Microsoft Outlook <postmaster@ua.example>\nTo: me@home.example\n"
		"Subject: Не вдалося доставити: Дані\nContent-Type: text/plain; charset=utf-8\n\n"
		"Не вдалося доставити цим одержувачам або групам:\n\noleh@ua.example\n"
		"Не вдалося знайти введену адресу електронної пошти.\n\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n",
		"bounce oleh@ua.example failed 5.1.1" },
	{ "Exchange Greek",
		"Return-Path: <>\nFrom: Microsoft Outlook <postmaster@gr.example>\nTo: me@home.example\n"
		"Subject: Μη παραδοτέο: Στοιχεία\nContent-Type: text/plain; charset=utf-8\n\n"
		"Η παράδοση απέτυχε στους παρακάτω παραλήπτες ή ομάδες:\n\nnikos@gr.example\n"
		"Η διεύθυνση ηλεκτρονικού ταχυδρομείου δεν βρέθηκε.\n\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n",
		"bounce nikos@gr.example failed 5.1.1" },
	{ "Exchange, the codes below",
		"Return-Path: <>\nFrom: Microsoft Exchange <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@corp07.example>\n"
		"To: me@home.example\nSubject: Undeliverable: March figures\n\n"
		"Delivery has failed to these recipients or distribution lists:\n\na1@corp07.example<mailto:a1@corp07.example>\n"
		"The recipient's e-mail address was not found in the recipient's e-mail system. Microsoft Exchange will not try to redeliver this message for you.\n"
		"\nb1@corp07.example<mailto:b1@corp07.example>\nThis message is too large.\n\n________________________________\n"
		"Sent by Microsoft Exchange Server 2007\n\nDiagnostic information for administrators:\n\n"
		"Generating server: corp07.example\n\na1@corp07.example\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n\n"
		"b1@corp07.example\n#550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient ##\n\n"
		"Original message headers:\n\nReceived: from [192.0.2.15] by mail.home.example\nMessage-ID: <orig-77@home.example>\n"
		"From: Me <me@home.example>\nTo: a1@corp07.example\nSubject: March figures\n\nHello, here are the figures.\n",
		"bounce a1@corp07.example failed 5.1.1 b1@corp07.example failed 5.2.3" },
	{ "Exchange of old, Korean",
		"Return-Path: <>\nFrom: postmaster@hoesa.example\nTo: me@home.example\nSubject: 배달되지 않음: 안내\n"
		"Content-Type: text/plain; charset=utf-8\n\n귀하의 메시지가 일부 또는 모든 받는 사람에게 도달하지 않았습니다.\n\n      제목:\t안내\n"
		"      보낸 날짜:\t2026-03-02\n\n다음 받는 사람에게 연결하지 못했습니다.\n\n      ms@hoesa.example 날짜: 2026-03-02 오전 10:00\n"
		"            메일을 보낼 권한이 없습니다. <mail.hoesa.example #5.7.1>\n",
		"bounce ms@hoesa.example failed 5.7.1" },
	{ "Exchange late, Japanese",
		"Return-Path: <>\nFrom: Microsoft Outlook <postmaster@kaisha.example>\nTo: me@home.example\nSubject: 配信の遅延: 三月の数字\n"
		"Content-Type: text/plain; charset=utf-8\n\n次の受信者またはグループへの配信が遅れています:\n\ntanaka@kaisha.example\n\n"
		"このメッセージはまだ配信されていません。配信は引き続き試行されます。\n",
		"bounce tanaka@kaisha.example delayed -" },
	{ "Exchange, on its way",
		"Return-Path: <>\nFrom: Microsoft Outlook <postmaster@ok365.example>\nTo: me@home.example\n"
		"Subject: Relayed: March figures\n\n"
		"Delivery to these recipients or groups is complete, but no delivery notification was sent by the destination server:\n"
		"\ngood@ok365.example\n\nSubject: March figures\n",
		"bounce good@ok365.example relayed -" },
	{ "an address in the reply only",
		"Return-Path: <>\nFrom: System Administrator <postmaster@full2003.example>\nTo: me@home.example\n"
		"Subject: Undeliverable:March figures\n\nYour message did not reach some or all of the intended recipients.\n\n"
		"      Subject:\tMarch figures\n      Sent:\t3/2/2026 10:00 AM\n\nThe following recipient(s) cannot be reached:\n\n"
		"      'Vol, Mike' on 3/2/2026 10:00 AM\n"
		"            The message could not be delivered because the recipient's mailbox is full.\n"
		"            <full2003.example #5.2.2 smtp;552 5.2.2 vol@full2003.example mailbox full>\n",
		"bounce vol@full2003.example failed 5.2.2" },
	{ "a refusal in no words that are known",
		"Return-Path: <>\nFrom: MAILER-DAEMON@redmail.example (Mail Delivery System)\nTo: me@home.example\n"
		"Subject: Undelivered Mail Returned to Sender\n\nThis is the mail system at host redmail.example.\n\n"
		"<ir@redmail.example>: host 127.0.0.1[127.0.0.1] said: 554 5.7.1 Rejected, id=1 - spam (in reply to end of DATA command)\n",
		"bounce ir@redmail.example failed 5.7.1" },
	{ "Sendmail, on their way",
		"Return-Path: <>\nFrom: Mail Delivery Subsystem <MAILER-DAEMON@unix.example>\nTo: me@home.example\n"
		"Subject: Return receipt\n\n   ----- The following addresses had successful delivery notifications -----\n"
		"<r1@out.example>  (relayed to non-DSN-aware mailer)\n<r2@out.example>  (relayed to non-DSN-aware mailer)\n",
		"bounce r1@out.example relayed - r2@out.example relayed -" },
	{ "PowerMTA",
		"Return-Path: <>\nFrom: postmaster@pmta.example\nTo: me@home.example\nSubject: Delivery report\n\n"
		"Hello, this is the mail server on pmta.example.\n\n"
		"I am sending you this message to inform you on the delivery status of a\n"
		"message you previously sent.  Immediately below you will find a list of\n"
		"the affected recipients;  also attached is a Delivery Status Notification\n"
		"(DSN) report in standard format, as well as the headers of the original\nmessage.\n\n"
		"  <pm@target.example>  delivery failed; will not continue trying\n",
		"bounce pm@target.example failed -" },
	{ "PowerMTA, delivered",
		"Return-Path: <>\nFrom: postmaster@pmta.example\nTo: me@home.example\nSubject: Delivery report\n\n"
		"Hello, this is the mail server on pmta.example.\n\n"
		"I am sending you this message to inform you on the delivery status of a\n"
		"message you previously sent.  Immediately below you will find a list of\nthe affected recipients.\n\n"
		"  <pm@target.example>  successfully delivered\n",
		"bounce pm@target.example delivered -" },
	{ "MailMarshal",
		"Return-Path: <>\nFrom: MailMarshal <postmaster@office.example>\nTo: me@home.example\n"
		"Subject: MailMarshal has detected a Suspect attachment in your message\n\n"
		"MailMarshal (an automated content monitoring gateway) has not delivered the following message:\n\n"
		"   Message:  B0001.000\n   From:     me@home.example\n   To:       mmr@office.example\n   Subject:  March figures\n\n"
		"Because it believes the message contains attachments of unacceptable file types.\n",
		"bounce mmr@office.example failed -" },
	{ "Mimecast",
		"Return-Path: <>\nFrom: Postmaster <postmaster@mimecast.example>\nTo: me@home.example\n"
		"Subject: [Postmaster] Email Delivery Failure\n\nThis is a delivery failure notification message indicating that\n"
		"an email you addressed to email address :\n-- mc@protected.example\n\n"
		"could not be delivered. The problem appears to be :\n-- Recipient email address is possibly incorrect\n\n"
		"Additional information follows :\n-- 550 Invalid Recipient - https://community.mimecast.example/550\n\n"
		"This condition occurred after 1 attempt(s) to deliver over\na period of 0 hour(s).\n",
		"bounce mc@protected.example failed 5.0.0" },
	{ "Domino German",
		"Return-Path: <>\nFrom: Postmaster@werk.example\nTo: me@home.example\n"
		"Subject: ZUSTELLUNGSFEHLER: Benutzer ute (ute@werk.example) nicht im Domino-Verzeichnis aufgeführt.\n"
		"Content-Type: text/plain; charset=utf-8\n\nIhr Dokument:\n\n  Zahlen\n\nwurde nicht zugestellt an:\n\n"
		"  ute@werk.example\n\nweil:\n\n  Benutzer ute (ute@werk.example) nicht im Domino-Verzeichnis aufgeführt.\n",
		"bounce ute@werk.example failed -" },
	{ "Korean, the address of the recipient",
		"Return-Path: <>\nFrom: MAILER-DAEMON@univ-kr.example\nTo: me@home.example\nSubject: Returned mail: 반송 메일 안내\n"
		"Content-Type: text/plain; charset=utf-8\n\n[ 반송 메일 안내 ]\n\n귀하가 보낸 메일이 아래의 사유로 반송되었습니다.\n\n"
		"  수신자 주소 : cr@univ-kr.example\n  반송 사유 : 알 수 없는 사용자\n",
		"bounce cr@univ-kr.example failed -" },
	{ "Korean, not yet",
		"Return-Path: <>\nFrom: postmaster@korea-gov.example\nTo: me@home.example\nSubject: 메일 발송 지연 안내\n"
		"Content-Type: text/plain; charset=utf-8\n\n보내신 메일이 아직 전달되지 않았습니다.\n\n수신자 : gov@korea-gov.example\n"
		"원인 : 상대 서버와 연결할 수 없음\n\n4일 동안 재전송을 시도할 예정입니다. 메일을 다시 보내실 필요는 없습니다.\n",
		"bounce gov@korea-gov.example delayed -" },
	{ "wide colon in front of the reply",
		"Return-Path: <>\nFrom: postmaster@aliyun.example\nTo: me@home.example\nSubject: 退信通知\n"
		"Content-Type: text/plain; charset=utf-8\n\n您的邮件未能成功投递到以下收件人：\n\nali@aliyun.example\n\n失败原因：553 Mailbox not found\n",
		"bounce ali@aliyun.example failed 5.0.0" },
	{ "sent to, in Chinese",
		"Return-Path: <>\nFrom: PostMaster@qq.example\nTo: me@home.example\nSubject: 来自qq.example的退信\n"
		"Content-Type: text/plain; charset=utf-8\n\n抱歉，您的邮件被退回来了……\n\n无法发送到 qq1@qq.example\n\n"
		"退信代码：550 Mailbox unavailable or access denied\n",
		"bounce qq1@qq.example failed 5.0.0" },
	{ "Japanese, in its subject",
		"Return-Path: <>\nFrom: メール配信システム <postmaster@mobile.example>\nTo: me@home.example\nSubject: メール配信エラーのお知らせ\n"
		"Content-Type: text/plain; charset=utf-8\n\n下記の宛先にメールを配信できませんでした。\n\n宛先メールアドレス：rk@mobile.example\n"
		"エラー内容：メールボックスの容量が一杯です\n",
		"bounce rk@mobile.example failed -" },
	{ "Spanish, late",
		"Return-Path: <>\nFrom: MAILER-DAEMON@tarde.example\nTo: me@home.example\nSubject: Aviso: mensaje retrasado\n"
		"Content-Type: text/plain; charset=utf-8\n\nSu mensaje aún no ha podido entregarse a:\n\nes@tarde.example\n\n"
		"Se seguirá intentando durante 5 días.\n",
		"bounce es@tarde.example delayed -" },
	{ "Norwegian, in its subject",
		"Return-Path: <>\nFrom: Mail Delivery System <postmaster@telenor.example>\nTo: me@home.example\n"
		"Subject: Meldingen kunne ikke leveres\nContent-Type: text/plain; charset=utf-8\n\n"
		"Meldingen din kunne ikke leveres til:\n\ntn@telenor.example\n\nÅrsak: ukjent bruker\n",
		"bounce tn@telenor.example failed -" },
	{ "a filter rejects",
		"Return-Path: <>\nFrom: Mail Delivery Subsystem <MAILER-DAEMON@sieve.example>\nTo: me@home.example\n"
		"Subject: Automatically rejected mail\nAuto-Submitted: auto-replied (rejected)\n\n"
		"Your message to <sj@sieve.example> was automatically rejected:\n\nI do not want mail from you.\n",
		"bounce sj@sieve.example failed -" },
	{ "a quoted name",
		"Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@quoted.example>\nTo: me@home.example\n"
		"Subject: Undelivered Mail Returned to Sender\n\nYour message could not be delivered.\n\n"
		"<\"john doe\"@quoted.example>: 550 5.1.1 unknown\n",
		"bounce \"john doe\"@quoted.example failed 5.1.1" },
	{ "SES, late",
		"Return-Path: <>\nFrom: AWS Notifications <no-reply@sns.amazonaws.com>\nTo: me@home.example\n"
		"Subject: Amazon SES Email Event Notification\n\n"
		"{\"eventType\":\"DeliveryDelay\",\"mail\":{\"messageId\":\"1\"},\"deliveryDelay\":{\"delayedRecipients\":[{\"emailAddress\":\"dl@isp.example\",\"status\":\"4.4.1\",\"diagnosticCode\":\"smtp; 421 4.4.1 Unable to connect\"}],\"delayType\":\"MailboxFull\"}}\n",
		"bounce dl@isp.example delayed 4.4.1" },
	{ "absence, Hebrew",
		"Return-Path: <>\nFrom: Dana <dana@il.example>\nTo: me@home.example\nSubject: מענה אוטומטי: נתונים\n"
		"Content-Type: text/plain; charset=utf-8\nX-Auto-Response-Suppress: All\nAuto-Submitted: auto-generated\n"
		"In-Reply-To: <orig-77@home.example>\n\nאני מחוץ למשרד.\n",
		"vacation dana@il.example - -" },
	{ "TMDA",
		"Return-Path: <>\nFrom: tim@tmda.example\nTo: me@home.example\nSubject: Please confirm your message\nPrecedence: bulk\n"
		"Auto-Submitted: auto-replied\n\nThis message was created automatically by mail delivery software (TMDA).\n\n"
		"Your message attached below is being held because the address <me@home.example> has not been verified.\n\n"
		"To release your message for delivery, please send an empty message to the following address, or use your mailer's \"Reply\" feature.\n"
		"\n   tim-confirm-1234.abcd@tmda.example\n\n"
		"This confirmation verifies that your message is legitimate and not junk-mail.\n",
		"challenge tim@tmda.example - -" },
	{ "Sympa asks",
		"Return-Path: <sympa@lists.example>\nFrom: SYMPA <sympa@lists.example>\nTo: me@home.example\n"
		"Subject: AUTH abc123 SUBSCRIBE dev\nAuto-Submitted: auto-replied\nPrecedence: bulk\n\n"
		"Someone (hopefully you) asked to subscribe. If you want this action to be taken, please reply to this mail, or click http://lists.example/sympa/auth\n",
		"none" },
	{ "phishing, of messages that wait",
		"Return-Path: <admin@phish.example>\nFrom: Mail Administrator <admin@phish.example>\nTo: me@home.example\n"
		"Subject: Undelivered messages: action required\n\nDear me@home.example,\n\n"
		"6 messages could not be delivered to your mailbox because it is full. Click here http://phish.example/login to release them.\n",
		"none" },
	{ "a postmaster announces",
		"Return-Path: <postmaster@isp.example>\nFrom: postmaster@isp.example\nTo: me@home.example\n"
		"Subject: Change: messages over 25 MB will be rejected\nAuto-Submitted: auto-generated\n\n"
		"From April on, messages larger than 25 MB will be rejected by our server. Questions: help@isp.example\n",
		"none" },
	{ "a voicemail system",
		"Return-Path: <voicemail@pbx.example>\nFrom: Voicemail System <voicemail@pbx.example>\nTo: me@home.example\n"
		"Subject: Voicemail could not be delivered\nAuto-Submitted: auto-generated\n\nA caller left no message.\n",
		"none" },
	{ "a mailbox is nearly full",
		"Return-Path: <>\nFrom: Mail System <postmaster@isp.example>\nTo: me@home.example\nSubject: Mailbox quota warning\n"
		"Auto-Submitted: auto-generated\n\nYour mailbox is 90% full. If it is full, messages will be returned to sender.\n",
		"none" },
	{ "old addresses end",
		"Return-Path: <mailadmin@corp.example>\nFrom: Mail Administrator <mailadmin@corp.example>\nTo: me@home.example\n"
		"Subject: Old addresses switched off\n\nAll,\n\n"
		"from Monday mail to the old addresses (for instance sales@old-corp.example) will be rejected with 550 5.1.1. Please tell your customers.\n"
		"\nIT\n",
		"none" },
	{ "somebody asks about the fields",
		"Return-Path: <kim@dev.example>\nFrom: Kim <kim@dev.example>\nTo: me@home.example\n"
		"Subject: How to parse \"Diagnostic-Code\"?\n\nHi,\n\nI have this sample:\n\nFinal-Recipient: rfc822; bob@far.example\n"
		"Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 user unknown\n\nIs the space allowed?\n",
		"none" },
	{ "a postmaster answers",
		"Return-Path: <postmaster@far.example>\nFrom: Postmaster <postmaster@far.example>\nTo: me@home.example\n"
		"Subject: Your message to bob@far.example\n\nHello,\n\n"
		"I saw in our log that your message to bob@far.example was rejected: his mailbox was full. He has cleaned up, please send it again.\n"
		"\nKind regards\nThe postmaster\n",
		"none" },
	{ "a list refuses",
		"Return-Path: <dev-bounces@lists.example>\nFrom: dev-owner@lists.example\nTo: me@home.example\n"
		"Subject: Request to mailing list Dev rejected\nPrecedence: bulk\nX-Mailman-Version: 2.1.39\n\n"
		"Your request to the Dev mailing list\n\n    Posting of your message titled \"March figures\"\n\n"
		"has been rejected by the list moderator. The moderator gave the following reason for rejecting your request:\n\n"
		"\"Non-members are not allowed to post messages to this list.\"\n\n"
		"Any questions or comments should be directed to the list administrator at:\n\n    dev-owner@lists.example\n",
		"none" },
	{ "Sun's Messaging Server",
		"Return-Path: <>\nFrom: Internet Mail Delivery <postmaster@iplanet.example>\nTo: me@home.example\n"
		"Subject: Delivery Notification: Delivery has failed\n\n"
		"This report relates to a message you sent with the following header fields:\n\n  Return-path: <me@home.example>\n"
		"  Message-id: <orig-77@home.example>\n  To: su@iplanet.example\n\n"
		"Your message cannot be delivered to the following recipients:\n\n  Recipient address: su@iplanet.example\n"
		"  Original address: su.alias@iplanet.example\n  Reason: Remote SMTP server has rejected address\n"
		"  Diagnostic code: smtp;550 5.1.1 unknown user: su@iplanet.example\n",
		"bounce su@iplanet.example failed 5.1.1" },
	{ "Korean, a name in front of the address",
		"Return-Path: <>\nFrom: postmaster@gabia.example\nTo: me@home.example\nSubject: [발송실패] 3월 수치\n"
		"Content-Type: text/plain; charset=utf-8\n\n메일 발송이 실패하였습니다.\n\n받는 사람 : 홍길동 <ga@gabia.example>\n"
		"실패 원인 : 550 Unknown user\n",
		"bounce ga@gabia.example failed 5.0.0" },
	{ "Korean, late by its subject",
		"Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@kr.example>\nTo: me@home.example\n"
		"Subject: 메일 전송 지연 (계속 시도 중)\nContent-Type: text/plain; charset=utf-8\n\n메일을 아직 보내지 못했습니다. 5일 동안 계속 시도합니다.\n\n"
		"<tw@kr.example>: 연결 시간 초과\n",
		"bounce tw@kr.example delayed -" },
	{ "absence, about a failure",
		"Return-Path: <>\nFrom: Vo <vo@corp.example>\nTo: me@home.example\n"
		"Subject: Automatic reply: Undeliverable: March figures\nX-Auto-Response-Suppress: All\n"
		"Auto-Submitted: auto-generated\nIn-Reply-To: <orig-77@home.example>\n\n"
		"I am out of office. Your mail about the undeliverable message will be read on Monday.\n",
		"vacation vo@corp.example - -" },
	{ "SurfControl",
		"Return-Path: <>\nFrom: Postmaster <postmaster@surf.example>\nTo: me@home.example\nSubject: Message returned\n\n"
		"Your message could not be sent.\nA transcript of the attempts to send the message follows.\n"
		"The number of attempts made: 2\nAddressed To: kiji@target.example\n\nMon 02 Mar 2026 10:00:00 +0900\n"
		"Failed to send to identified host,\nkiji@target.example: [192.0.2.5], 550 kiji@target.example... No such user\n\n"
		"--- Message non-deliverable.\n",
		"bounce kiji@target.example failed 5.0.0" },
	{ "KDDI, its subject says nothing",
		"Return-Path: <>\nFrom: MAILER-DAEMON <no-reply@app.kddi.example>\nTo: me@home.example\n"
		"Subject: Your mail sent on: Mon, 02 Mar 2026\n\nYour mail sent on: Mon, 02 Mar 2026 10:00:00 +0900\n"
		"    Could not be delivered to: <kd@kddi.example>\n    As their mailbox is full.\n\n",
		"bounce kd@kddi.example failed -" },
	{ "EarthLink asks",
		"Return-Path: <>\nFrom: Tom <tom@elnk.example>\nTo: me@home.example\nSubject: Re: March figures\n\n"
		"This email address is protected by EarthLink spamBlocker.\n\n"
		"Your email message has been redirected to a \"suspect email\" folder for tom@elnk.example. In order for your message to be moved to this recipient's Inbox, he or she must add your email address to a list of allowed senders.\n"
		"\nClick the link below to request that tom@elnk.example add you to this list:\n"
		"https://webmail.elnk.example/wam/addme?a=tom\n",
		"challenge tom@elnk.example - -" },
	{ "the reply says more than the reason",
		"Return-Path: <>\nFrom: Mail Delivery Subsystem <MAILER-DAEMON@ocn.example>\nTo: me@home.example\n"
		"Subject: Returned mail: see transcript for details\n\n"
		"The original message was received at Mon, 2 Mar 2026 10:00:00 +0900 (JST)\nfrom home.example [192.0.2.15]\n\n"
		"   ----- The following addresses had permanent fatal errors -----\n<oc@ocn.example>\n"
		"    (reason: 550 <oc@ocn.example>: User unknown)\n\n   ----- Transcript of session follows -----\n"
		"... while talking to mfgw.ocn.example.:\n>>> DATA\n<<< 550 <oc@ocn.example>: User unknown\n"
		"550 5.1.1 <oc@ocn.example>... User unknown\n<<< 503 Bad sequence of commands\n",
		"bounce oc@ocn.example failed 5.1.1" },
	{ "InterScan, two of them",
		"Return-Path: <>\nFrom: postmaster@imss.example\nTo: me@home.example\nSubject: Mail could not be delivered\n\n"
		"****** Message from InterScan Messaging Security Suite ******\n\nSent <<< RCPT TO:<t1@imss.example>\n"
		"Received >>> 550 5.1.1 unknown user <t1@imss.example>\nSent <<< RCPT TO:<t2@imss.example>\n"
		"Received >>> 550 5.1.1 unknown user <t2@imss.example>\n\n"
		"Unable to deliver message to <t1@imss.example> <t2@imss.example>.\n\n"
		"************************     End of message     **********************\n",
		"bounce t1@imss.example failed 5.1.1 t2@imss.example failed 5.1.1" },
	{ "German, in a sentence",
		"Return-Path: <>\nFrom: David <postmaster@david.example>\nTo: me@home.example\nSubject: Unzustellbar: Zahlen\n"
		"Content-Type: text/plain; charset=utf-8\n\nIhre Nachricht an to@david.example konnte nicht zugestellt werden.\n\n"
		"Antwort des Servers: 550 Unbekannter Empfänger\n\nTobit.Software David\n",
		"bounce to@david.example failed 5.0.0" },
	{ "between commas",
		"Return-Path: <>\nFrom: \"LLNL Postmaster\" <postmaster@llnl.example>\nTo: me@home.example\n"
		"Subject: Undeliverable mail\n\nYour message was not delivered.\n\n"
		"The E-mail address, trotts@llnl.example, is not a valid address at our site.\n"
		"If you need help, see http://www.llnl.example/directory\n",
		"bounce trotts@llnl.example failed -" },
	{ "James",
		"Return-Path: <>\nFrom: postmaster@athena.example\nTo: me@home.example\nSubject: Re: March figures\n\n"
		"Hi. This is the James mail server at athena.example.\n"
		"I'm afraid I wasn't able to deliver your message to the following addresses.\n"
		"This is a permanent error; I've given up. Sorry it didn't work out.  Below\n"
		"I include the list of recipients and the reason why I was unable to deliver\nyour message.\n\nnobody@target.example\n"
		"550 5.1.1 <nobody@target.example>... User unknown\n\n\nThe original message is attached.\n",
		"bounce nobody@target.example failed 5.1.1" },
	{ "PP",
		"Return-Path: <>\nFrom: X.400 gateway <postmaster@x400.example>\nTo: me@home.example\n"
		"Subject: Delivery Report (failure) for jean.dupont@x400.example\n\n"
		"This report relates to your message: March figures\n\tof Mon, 2 Mar 2026 10:00:00 +0900\n\n"
		"Your message was not delivered to   jean.dupont@x400.example\n\tfor the following reason:\n\tUnrecognised O/R name\n"
		"\tMTA 'x400.example' gives error message unknown user\n\n"
		"***** The following information is directed towards the local administrator\n"
		"***** and is not intended for the end user\n*\n* DR generated by mta x400.example\n*         in /PRMD=x/ADMD= /C=fr/\n"
		"*         at Mon, 2 Mar 2026 01:00:00 +0000\n",
		"bounce jean.dupont@x400.example failed -" },
	{ "Sina",
		"Return-Path: <>\nFrom: MAILER-DAEMON@sina.example\nTo: me@home.example\nSubject: 系统退信\n"
		"Content-Type: text/plain; charset=utf-8\n\n抱歉，您的邮件被退回来了……\n\n原邮件信息：\n时  间：2026-03-02 10:00:00\n主  题：March figures\n"
		"收件人：sn@sina.example\n退信原因：\n您所发送的收件人不存在\n英文说明: 551 User not found: sn@sina.example\n",
		"bounce sn@sina.example failed 5.0.0" },
	{ "Exchange of old, Korean, by its code",
		"Return-Path: <>\nFrom: System Administrator <postmaster@hoesa.example>\nTo: me@home.example\nSubject: 배달되지 않음: 안내\n"
		"Content-Type: text/plain; charset=utf-8\n\n메시지가 일부 또는 모든 받는 사람에게 배달되지 않았습니다.\n\n      제목:\t안내\n"
		"      보낸 날짜:\t2026-03-02 오전 10:00\n\n다음 받는 사람에게 배달할 수 없습니다.\n\n      kim@hoesa.example - 2026-03-02 오전 10:01\n"
		"            이 받는 사람의 전자 메일 계정이 이 조직에 없습니다.\n            <mail.hoesa.example #5.1.1>\n",
		"bounce kim@hoesa.example failed 5.1.1" },
	{ "Exchange Japanese, two reasons",
		"Return-Path: <>\nFrom: Microsoft Exchange <MicrosoftExchange329e@jp.example>\nTo: me@home.example\nSubject: 配信不能: 数字\n"
		"Content-Type: text/plain; charset=utf-8\n\n次の受信者または配布リストへのメッセージの配信に失敗しました:\n\nsato@jp.example\n"
		"入力した電子メール アドレスが見つかりませんでした。\n\nabe@jp.example\n受信者のメールボックスがいっぱいです。\n\n管理者向けの診断情報:\n\n生成サーバー: jp.example\n\n"
		"sato@jp.example\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n\nabe@jp.example\n"
		"#550 5.2.2 STOREDRV.Deliver; mailbox full ##\n",
		"bounce sato@jp.example failed 5.1.1 abe@jp.example failed 5.2.2" },
	{ "MailFoundry",
		"Return-Path: <>\nFrom: MAILER-DAEMON@foundry.example\nTo: me@home.example\nSubject: Message delivery has failed\n\n"
		"This message was created automatically by mail delivery software.\n\n"
		"Unable to deliver message to: <mf@foundry.example>\nDelivery failed for the following reason:\n"
		"Server mx22.example [192.0.2.22] failed with: 550 5.1.1 <mf@foundry.example> No such user here\n\n"
		"This has been a permanent failure.  No further delivery attempts will be made.\n\n"
		"Included below is a copy of the message headers.\n",
		"bounce mf@foundry.example failed 5.1.1" },
	{ "Korean, a table",
		"Return-Path: <>\nFrom: =?utf-8?B?66mU7J287ISc67KE?= <mailer-daemon@hosting-kr.example>\nTo: me@home.example\n"
		"Subject: =?utf-8?B?67CY7IahIOyViOuCtA==?=\nContent-Type: text/html; charset=utf-8\n\n"
		"<html><body><p>보내신 메일이 아래와 같은 이유로 전송되지 못하였습니다.</p>\n"
		"<table><tr><th>제목</th><td>March figures</td></tr><tr><th>받는사람</th><td>gb@hosting-kr.example</td></tr>\n"
		"<tr><th>실패사유</th><td>존재하지 않는 메일 계정입니다. (550 5.1.1 User unknown)</td></tr></table></body></html>\n",
		"bounce gb@hosting-kr.example failed 5.1.1" },
	{ "Proofpoint",
		"Return-Path: <>\nFrom: MAILER-DAEMON@ppe-hosted.example\nTo: me@home.example\nSubject: Delivery Notification: Failed\n"
		"\nThis is a delivery failure notification message indicating that\nan email you addressed to email address :\n"
		"-- pp@ppe.example\n\ncould not be delivered. The problem appears to be :\n"
		"-- Recipient email server rejected the message\n\nAdditional information follows :\n-- 550 5.1.0 Recipient rejected\n"
		"\nThis condition occurred after 1 attempt(s) to deliver over\na period of 0 hour(s).\n\n"
		"If you sent the email to multiple recipients, you will receive one\n"
		"of these messages for each one which failed delivery,  otherwise\nthey have been sent.\n",
		"bounce pp@ppe.example failed 5.1.0" },
	{ "Zoho",
		"Return-Path: <>\nFrom: mailer-daemon@mail.zo.example\nTo: me@home.example\n"
		"Subject: Undelivered Mail Returned to Sender\n\nThis message was created automatically by mail delivery software.\n"
		" A message that you sent could not be delivered to one or more of its recipients. This is a permanent error. \n\n"
		"zo@zo.example, ERROR_CODE :550, ERROR_CODE :5.1.1 User Unknown\n\n\nReceived:from mail.zo.example by mx.zo.example\n"
		"\twith SMTP id 1; Mon, 2 Mar 2026 01:00:00 -0800 (PST)\nMessage-ID:<orig-77@home.example>\n"
		"Date: Mon, 02 Mar 2026 10:00:00 +0900\nFrom:me@home.example\nTo:zo@zo.example\nSubject:March figures\n",
		"bounce zo@zo.example failed 5.1.1" },
	{ "Exchange 5.5",
		"Return-Path: <>\nFrom: System Administrator <postmaster@nt55.example>\nTo: me@home.example\n"
		"Subject: Undeliverable: March figures\n\nYour message\n\n  To:      ims@nt55.example\n  Subject: March figures\n"
		"  Sent:    Mon, 2 Mar 2026 10:00:00 +0900\n\ndid not reach the following recipient(s):\n\n"
		"ims@nt55.example on Mon, 2 Mar 2026 10:00:05 +0900\n    The recipient name is not recognized\n"
		"\tThe MTS-ID of the original message is: c=us;a= ;p=org;l=NT55-260302\n"
		"    MSEXCH:IMS:ORG:SITE:NT55 0 (000C05A6) Unknown Recipient\n",
		"bounce ims@nt55.example failed -" },
	{ "CompuServe",
		"Return-Path: <>\nFrom: Electronic Postmaster <postmaster@cs.example>\nTo: me@home.example\n"
		"Subject: Undeliverable message\n\nReceipt of your message could not be completed.\n\n"
		"Your message could not be delivered for the following reason:\n\n? EMDNRC - INT:1234.567@cs.example\n"
		"Invalid receiver address: 1234.567@cs.example\n\n--- Returned Message ---\n\nSubject: March figures\n",
		"bounce 1234.567@cs.example failed -" },
	{ "in brackets",
		"Return-Path: <>\nFrom: Mailserver <mailer-daemon@dado.example>\nTo: me@home.example\nSubject: Delivery problems\n\n"
		"Your message has encountered delivery problems\nto local user massimo.\n"
		"(Originally addressed to massimo@dado.example)\n\nYour message reads (in part):\n\n",
		"bounce massimo@dado.example failed -" },
	{ "UCI",
		"Return-Path: <>\nFrom: UCI Mail <postmaster@uci.example>\nTo: me@home.example\nSubject: Message not delivered\n\n"
		"--------- Message not delivered to the following:\n\n     uc@uci.example         No matches to nameserver query\n\n"
		"--------- Error Detail (phquery V4.4):\n",
		"bounce uc@uci.example failed -" },
	{ "absence, Notes in German",
		"Return-Path: <>\nFrom: Ute <ute@werk.example>\nTo: me@home.example\nSubject: Ute Beispiel ist außer Haus.\n"
		"Content-Type: text/plain; charset=utf-8\nAuto-Submitted: auto-generated\n\n"
		"Ich werde ab 02.03.2026 nicht im Büro sein. Ich kehre zurück am 10.03.2026.\n\n"
		"Ich werde Ihre Nachricht nach meiner Rückkehr beantworten.\n",
		"vacation ute@werk.example - -" },
	{ "absence, Korean",
		"Return-Path: <>\nFrom: 박대리 <park@works.example>\nTo: me@home.example\nSubject: [부재중 자동응답] March figures\n"
		"Content-Type: text/plain; charset=utf-8\nAuto-Submitted: auto-replied\n\n"
		"안녕하세요. 3월 10일까지 출장으로 부재중입니다. 급한 용무는 010-0000-0000으로 연락 바랍니다.\n",
		"vacation park@works.example - -" },
	{ "a court's papers",
		"Return-Path: <registry@court.example>\nFrom: Registry <registry@court.example>\nTo: me@home.example\n"
		"Subject: Delivery failed: service of documents, case 550/26\n\n"
		"The bailiff reports that service on the defendant failed; recipient unknown at the address. The documents were returned to sender.\n",
		"none" },
	{ "a mailbox is nearly full, Korean",
		"Return-Path: <>\nFrom: 네이버 <noreply@nv.example>\nTo: me@home.example\nSubject: [안내] 메일함 용량 초과 예정 안내\n"
		"Content-Type: text/plain; charset=utf-8\nAuto-Submitted: auto-generated\n\n"
		"회원님의 메일함이 95% 사용중입니다. 초과하면 메일이 수신이 거부됩니다. 메일함을 정리해 주세요.\n",
		"none" },
	{ "a list holds it",
		"Return-Path: <>\nFrom: dev-bounces@lists.example\nTo: me@home.example\n"
		"Subject: Your message to Dev awaits moderator approval\nPrecedence: bulk\nX-Mailman-Version: 2.1\n"
		"List-Id: <dev.lists.example>\n\nYour mail to 'Dev' with the subject\n\n    March figures\n\n"
		"Is being held until the list moderator can review it for approval.\n",
		"none" },
	{ "a bank's transfer",
		"Return-Path: <bounce@bank.example>\nFrom: Bank <no-reply@bank.example>\nTo: me@home.example\n"
		"Subject: Returned payment notice\nAuto-Submitted: auto-generated\n\n"
		"Your transfer to account 550-112 was returned to sender because the recipient account does not exist.\n",
		"none" },
	{ "a list of errors in a sentence",
		"Return-Path: <>\nFrom: \"Mail Service\" <mail@x6.example>\nTo: me@home.example\n"
		"Subject: There was an error sending your mail\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
		"\nWe had trouble delivering your message. Full details follow:\n\nSubject: 'Nyaan'\n"
		"Date: 'Thu, 29 Apr 2012 23:34:45 +0000'\n\n1 error(s):\n\n"
		"The following recipients returned permanent errors: kiji@far.example.\n\n"
		"The attachment contains the original mail headers\n",
		"bounce kiji@far.example failed -" },
	{ "its fields in the text",
		"Return-Path: <>\nFrom: MAILER-DAEMON@work.example\nTo: me@home.example\n"
		"Subject: Undelivered: March figures\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
		"Technical report:\n\nFinal-Recipient: rfc822;kiji@far.example\nAction: failed\nStatus: 4.4.7\n"
		"Diagnostic-Code: smtp; 550 4.4.7 Message expired\n",
		"bounce kiji@far.example failed 4.4.7" },
	{ "Italian, certified mail",
		"Return-Path: <>\nFrom: posta-certificata@pec.example\nTo: me@home.example\n"
		"Subject: AVVISO DI MANCATA CONSEGNA: March figures\nMIME-Version: 1.0\n"
		"Content-Type: text/plain; charset=utf-8\n\nAvviso di mancata consegna\n\n"
		"Il giorno 02/03/2026 alle ore 10:00:00 (+0100) nel messaggio\n"
		"\"March figures\" proveniente da \"me@home.example\"\ne destinato all'utente \"gio@pec.example\"\n"
		"è stato rilevato un errore: 5.1.1 - InfoCert S.p.A. - indirizzo non valido\n"
		"Il messaggio è stato rifiutato dal sistema.\n",
		"bounce gio@pec.example failed 5.1.1" },
	{ "Microsoft's complaint",
		"Return-Path: <staff@hot.example>\nFrom: staff@hot.example\nTo: me@home.example\n"
		"Subject: complaint about message from 192.0.2.1\nContent-Type: multipart/mixed; boundary=\"B\"\n\n--B\n"
		"Content-Type: message/rfc822\nContent-Disposition: inline\n\nX-HmXmrOriginalRecipient: kim@hot.example\n"
		"Received: from [192.0.2.15] by mail.home.example\nMessage-ID: <orig-77@home.example>\n"
		"Date: Mon, 2 Mar 2026 10:00:00 +0900\nFrom: Me <me@home.example>\nTo: kim@hot.example\n"
		"Subject: March figures\n\nHello, here are the figures.\n--B--\n",
		"feedback kim@hot.example - -" },
	{ "a weekly of postmasters",
		"Return-Path: <b-1@letters.example>\nFrom: The Postmaster Weekly <postmaster-weekly@letters.example>\n"
		"To: me@home.example\nSubject: Undelivered: why your mail was rejected\n"
		"List-Unsubscribe: <https://letters.example/u>\nList-Id: <w.letters.example>\nMIME-Version: 1.0\n"
		"Content-Type: text/plain; charset=utf-8\n\n"
		"In this issue: messages that could not be delivered, such as to <bob@far.example>.\n",
		"none" },
	{ "a postmaster asks",
		"Return-Path: <postmaster@far.example>\nFrom: Postmaster Anna <postmaster@far.example>\nTo: me@home.example\n"
		"Subject: Your question about bounces\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nHello,\n"
		"\nyou asked why mail to bob@far.example was rejected. I have fixed the filter; could you try again?\n\n"
		"Anna\n",
		"none" },
};

int main(void)
{
	notices_check(rows, ARRAY_LEN(rows), true);
	return tap_done();
}
