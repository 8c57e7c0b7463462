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
};

int main(void)
{
	notices_check(rows, ARRAY_LEN(rows), true);
	return tap_done();
}
