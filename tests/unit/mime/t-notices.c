/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Notices as the servers, gateways and providers of many countries word them, and mail that
 * speaks in their words and is none.  What is wanted: the kind, then each address and its action.
 */
#include "notices.h"

#define TO "To: minji@sender.example\n"
#define MINE(to) "Received: from mail.sender.example by relay.example\nMessage-ID: <orig-77@sender.example>\n" \
	"From: minji@sender.example\nTo: " to "\nSubject: March figures\n\nHello.\n"

static const struct notice_row rows[] = {
	{ "qmail German patched",
		"Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\n" TO "Subject: Fehlermeldung: Nachricht nicht zugestellt\n\n"
		"Hallo. Hier ist das qmail-send Programm auf relay.example.\n"
		"Leider konnte ich Ihre Nachricht an folgende Adressen nicht ausliefern.\n"
		"Dies ist ein endgueltiger Fehler; ich gebe auf.\n\n<berta@relay.example>:\nDie Mailbox existiert nicht. (#5.1.1)\n\n"
		"--- Unterhalb dieser Zeile steht eine Kopie der Nachricht.\n\n" MINE("berta@relay.example"),
		"bounce berta@relay.example failed" },
	{ "Exchange German",
		"Return-Path: <>\nFrom: Systemadministrator <postmaster@firma.example>\n" TO "Subject: Unzustellbar: March figures\n"
		"Content-Type: text/plain; charset=utf-8\n\nIhre Nachricht hat einige oder alle Empfänger nicht erreicht.\n\n"
		"      Betreff:\tMarch figures\n      Gesendet am:\t02.03.2026 10:00\n\n"
		"Folgende(r) Empfänger kann/können nicht erreicht werden:\n\n      'greta@firma.example' am 02.03.2026 10:00\n"
		"            Das E-Mail-Konto ist in der Organisation nicht vorhanden, an die diese Nachricht gesendet wurde. Überprüfen "
		"Sie die E-Mail-Adresse, oder wenden Sie sich direkt an den Empfänger, um die richtige Adresse zu erfahren.\n"
		"            <exch.firma.example #5.1.1>\n",
		"bounce greta@firma.example failed" },
	{ "GroupWise",
		"From: <Postmaster@gw.example>\n" TO "Subject: Message status - undeliverable\n"
		"X-Mailer: Novell GroupWise Internet Agent 6.5\n\nThe message that you sent was undeliverable to the following:\n"
		"\trim@gw.example (user not found)\n\tsol@gw.example (mailbox full)\n\nPossibly truncated original message follows:\n\n"
		MINE("rim@gw.example"),
		"bounce rim@gw.example failed sol@gw.example failed" },
	{ "MTA X400 gateway form",
		"Return-Path: <>\nFrom: X.400 Gateway <MAILER-DAEMON@gate.example>\n" TO "Subject: Delivery Status Notification\n\n"
		"Your message to:\n\n  RFC-822: bae@inside.example\n\n"
		"could not be delivered. Reason code: 1 (transfer-failure), diagnostic code: 0 (unrecognised-OR-name)\n",
		"bounce bae@inside.example failed" },
	{ "sendmail warning",
		"Return-Path: <MAILER-DAEMON@sm.example>\nFrom: Mail Delivery Subsystem <MAILER-DAEMON@sm.example>\n"
		TO "Subject: Warning: could not send message for past 4 hours\n\n    **********************************************\n"
		"    **      THIS IS A WARNING MESSAGE ONLY      **\n    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n"
		"    **********************************************\n\n"
		"The original message was received at Mon, 2 Mar 2026 10:00:00 +0900\nfrom mail.sender.example [192.0.2.15]\n\n"
		"   ----- The following addresses had transient non-fatal errors -----\n<eun@far.example>\n\n"
		"   ----- Transcript of session follows -----\n<eun@far.example>... Deferred: Connection timed out with mx.far.example.\n"
		"Warning: message still undelivered after 4 hours\nWill keep trying until message is 5 days old\n",
		"bounce eun@far.example delayed" },
	{ "sendmail return receipt",
		"Return-Path: <MAILER-DAEMON@sm.example>\nFrom: Mail Delivery Subsystem <MAILER-DAEMON@sm.example>\n"
		TO "Subject: Return receipt\nAuto-Submitted: auto-generated (return-receipt)\n\n"
		"The original message was received at Mon, 2 Mar 2026 10:00:00 +0900\nfrom mail.sender.example [192.0.2.15]\n\n"
		"   ----- The following addresses had successful delivery notifications -----\n"
		"<eun@sm.example>  (successfully delivered to mailbox)\n\n   ----- Transcript of session follows -----\n"
		"<eun@sm.example>... Successfully delivered\n",
		"bounce eun@sm.example delivered" },
	{ "MailEnable delay",
		"From: <Postmaster@enable.example>\n" TO "Subject: Message Delivery Delay\n\n"
		"MailEnable: Message delivery has been delayed.\n\nMessage is waiting at enable.example for delivery to far.example.\n\n"
		"Recipient: [SMTP:jin@far.example]\nReason: Remote server timed out. Server will keep trying.\n",
		"bounce jin@far.example delayed" },
	{ "Postfix as plain text",
		"Return-Path: <>\nFrom: MAILER-DAEMON@pf.example (Mail Delivery System)\nAuto-Submitted: auto-replied\n"
		TO "Subject: Undelivered Mail Returned to Sender\n\nThis is the mail system at host pf.example.\n\n"
		"I'm sorry to have to inform you that your message could not\n"
		"be delivered to one or more recipients. It's attached below.\n\n"
		"For further assistance, please send mail to postmaster.\n\nIf you do so, please include this problem report. You can\n"
		"delete your own text from the attached returned message.\n\n                   The mail system\n\n"
		"<ahn@far.example> (expanded from <team@pf.example>): host mx.far.example[203.0.113.4]\n"
		"    said: 550 5.1.1 <ahn@far.example>: Recipient address rejected: User unknown\n"
		"    in virtual mailbox table (in reply to RCPT TO command)\n\n"
		"<gu@slow.example>: connect to mx.slow.example[203.0.113.7]:25: Connection timed out\n",
		"bounce ahn@far.example failed gu@slow.example failed" },
	{ "SES pretty JSON",
		"From: AWS Notifications <no-reply@sns.amazonaws.com>\n" TO "Subject: AWS Notification Message\n\n{\n"
		"  \"notificationType\" : \"Bounce\",\n  \"bounce\" : {\n    \"bounceType\" : \"Transient\",\n"
		"    \"bouncedRecipients\" : [ {\n      \"emailAddress\" : \"u1@far.example\",\n      \"status\" : \"4.4.7\",\n"
		"      \"action\" : \"failed\",\n"
		"      \"diagnosticCode\" : \"smtp; 550 4.4.7 Message expired: unable to deliver in 840 minutes\"\n    } ]\n  },\n"
		"  \"mail\" : { \"messageId\": \"00\" }\n}\n",
		"bounce u1@far.example failed" },
	{ "SES delivery multi",
		"From: AWS Notifications <no-reply@sns.amazonaws.com>\n" TO "Subject: AWS Notification Message\n\n"
		"{\"notificationType\":\"Delivery\",\"mail\":{\"messageId\":\"1\",\"destination\":[\"a1@far.example\",\"a2@far.example\"]},\"delivery\":{\"timestamp\":\"x\",\"recipients\":[\"a1@far.example\",\"a2@far.example\"],\"smtpResponse\":\"250 ok\"}}\n",
		"bounce a1@far.example delivered a2@far.example delivered" },
	{ "SES event eventType",
		"From: AWS Notifications <no-reply@sns.amazonaws.com>\n" TO "Subject: Amazon SES Email Event Notification\n\n"
		"{\"eventType\":\"Bounce\",\"bounce\":{\"bounceType\":\"Permanent\",\"bouncedRecipients\":[{\"emailAddress\":\"u9@far.example\",\"action\":\"failed\",\"status\":\"5.1.1\",\"diagnosticCode\":\"smtp; 550 5.1.1 user unknown\"}]},\"mail\":{\"messageId\":\"0000\"}}\n",
		"bounce u9@far.example failed" },
	{ "James",
		"Return-Path: <>\nFrom: postmaster@james.example\n" TO "Subject: [BOUNCE]\nContent-Type: multipart/mixed; boundary=bb\n\n"
		"--bb\nContent-Type: text/plain\n\nMessage from james.example\n"
		"For more information about this message contact postmaster@james.example\n\nError message below:\n"
		"550 - Requested action not taken: no such user here\n\nMessage details:\n  Subject: March figures\n"
		"  Sent date: Mon Mar 02 10:00:00 KST 2026\n  MAIL FROM: minji@sender.example\n  RCPT TO: won@james.example\n"
		"  From: minji@sender.example\n  To: won@james.example\n  Size (in bytes): 610\n  Number of lines: 12\n\n--bb\n"
		"Content-Type: message/rfc822\n\n" MINE("won@james.example") "--bb--\n",
		"bounce won@james.example failed" },
	{ "Biglobe",
		"Return-Path: <>\nFrom: postmaster@biglobe.example\n" TO "Subject: Returned mail: mailbox full\n"
		"Content-Type: text/plain; charset=iso-2022-jp\n\n   ----- The following addresses had delivery problems -----\n"
		"kawa@ihs.example\n   ----- Non-delivered information -----\n"
		"The number of messages in recipient's mailbox exceeded the local limit.\n\n"
		"   ----- Transcript of session follows -----\n" MINE("kawa@ihs.example"),
		"bounce kawa@ihs.example failed" },
	{ "ezweb",
		"Return-Path: <>\nFrom: \"Postmaster\"<Postmaster@ezmail.example>\n" TO "Subject: Mail System Error - Returned Mail\n\n"
		"The user(s) account is disabled.\n\n<sato@ezmail.example>\n\n"
		"Each of the following recipients was rejected by a remote mail server.\n\n  Recipient: <sato@ezmail.example>\n"
		"  >>> RCPT TO:<sato@ezmail.example>\n  <<< 550 <sato@ezmail.example>: User unknown\n",
		"bounce sato@ezmail.example failed" },
	{ "Korean KT",
		"Return-Path: <>\nFrom: 메일관리자 <mailadmin@ktmail.example>\n" TO "Subject: 반송메일 안내\nContent-Type: text/plain; charset=utf-8\n"
		"\n귀하께서 보내신 메일이 배달되지 않았습니다.\n\n[받는사람] young@ktmail.example\n[제목] March figures\n[반송사유] 사용자를 찾을 수 없습니다.\n",
		"bounce young@ktmail.example failed" },
	{ "Korean delay",
		"Return-Path: <>\nFrom: postmaster@ktmail.example\n" TO "Subject: 메일 전송 지연 안내\nContent-Type: text/plain; charset=utf-8\n\n"
		"보내신 메일의 전송이 지연되고 있습니다.\n\n받는 사람: young@ktmail.example\n수신 서버가 응답하지 않아 72시간 동안 재전송을 시도합니다.\n",
		"bounce young@ktmail.example delayed" },
	{ "Korean generic 수신인",
		"Return-Path: <>\nFrom: postmaster@kmail.example\n" TO "Subject: [Mail Delivery Failed] 메일이 수신인에게 도착하지 못했습니다\n"
		"Content-Type: text/plain; charset=utf-8\n\n다음 수신인에게 메일을 전달하지 못하였습니다.\n\n"
		"hyun@kmail.example : 알 수 없는 사용자입니다 (User unknown)\njae@kmail.example : 메일함이 가득 찼습니다 (Mailbox full)\n",
		"bounce hyun@kmail.example failed jae@kmail.example failed" },
	{ "QQ mail",
		"From: postmaster@qq.example\n" TO "Subject: 系统退信/The email is returned\nContent-Type: text/html; charset=utf-8\n\n"
		"<p>抱歉，您的邮件被退回来了……</p><p>原邮件信息：</p><p>时间 2026-03-02 10:00:00</p><p>主题 March figures</p><p>收件人 "
		"wang@qq.example</p><p>退信原因： 发件人(minji@sender.example)域名的DNS记录未设置或设置错误导致对方拒收此邮件。</p><p>host mx.qq.example[203.0.113.8] "
		"said: 550 Mailbox not found</p>\n",
		"bounce wang@qq.example failed" },
	{ "MDaemon newer",
		"From: MDaemon@md.example\n" TO "Subject: Permanent Delivery Failure\nX-MDDSN-Message: Yes\n\n"
		"---------------------------------------------------------------------------\n"
		"The attached message had PERMANENT fatal delivery errors!\n\n"
		"After one or more unsuccessful delivery attempts the attached message has\n"
		"been removed from the mail queue on this server.  The number and frequency\n"
		"of delivery attempts are determined by local configuration parameters.\n\nYOUR MESSAGE WAS NOT DELIVERED!\n\n"
		"---------------------------------------------------------------------------\nFailed address: ilsu@far.example\n\n"
		"--- Session Transcript ---\n Mon 2026-03-02 10:00:00: Parsing Message <xxx.msg>\n"
		" Mon 2026-03-02 10:00:00: From: minji@sender.example\n Mon 2026-03-02 10:00:00: To: ilsu@far.example\n"
		" Mon 2026-03-02 10:00:01: --> RCPT To:<ilsu@far.example>\n"
		" Mon 2026-03-02 10:00:01: <-- 550 5.1.1 <ilsu@far.example>... User unknown\n--- End Transcript ---\n",
		"bounce ilsu@far.example failed" },
	{ "Kerio",
		"Return-Path: <>\nFrom: <MAILER-DAEMON@kerio.example>\n" TO "Subject: Failed mail: March figures\n\n"
		"Your message was not delivered to the following recipients:\n\n <gun@far.example>: 5.1.1 User unknown\n\n"
		"Remote host said: 550 No such user\n",
		"bounce gun@far.example failed" },
	{ "portuguese Exchange",
		"Return-Path: <>\nFrom: Administrador do sistema <postmaster@pt.example>\n" TO "Subject: Não Entregue: March figures\n"
		"Content-Type: text/plain; charset=utf-8\n\nA sua mensagem não alcançou alguns ou todos os destinatários.\n\n"
		"Não foi possível contactar o(s) seguinte(s) destinatário(s):\n\n      ana@pt.example em 02-03-2026 10:00\n"
		"            A conta de correio electrónico não existe na organização.\n            <exch.pt.example #5.1.1>\n",
		"bounce ana@pt.example failed" },
	{ "italian Exchange",
		"Return-Path: <>\nFrom: Amministratore di sistema <postmaster@it.example>\n"
		TO "Subject: Recapito non riuscito: March figures\nContent-Type: text/plain; charset=utf-8\n\n"
		"Il messaggio non ha raggiunto alcuni o tutti i destinatari.\n\nImpossibile raggiungere i seguenti destinatari:\n\n"
		"      'gino@it.example' il 02/03/2026 10:00\n            L'account di posta elettronica non esiste.\n"
		"            <exch.it.example #5.1.1>\n",
		"bounce gino@it.example failed" },
	{ "dutch Exchange",
		"Return-Path: <>\nFrom: Systeembeheerder <postmaster@nl.example>\n" TO "Subject: Onbestelbaar: March figures\n"
		"Content-Type: text/plain; charset=utf-8\n\nUw bericht is niet aangekomen bij enkele of alle geadresseerden.\n\n"
		"De volgende geadresseerden zijn niet bereikbaar:\n\n      piet@nl.example op 2-3-2026 10:00\n"
		"            Het e-mailaccount bestaat niet.\n            <exch.nl.example #5.1.1>\n",
		"bounce piet@nl.example failed" },
	{ "Swedish Exchange",
		"Return-Path: <>\nFrom: Postmaster <postmaster@se.example>\n" TO "Subject: Går inte att leverera: March figures\n"
		"Content-Type: text/plain; charset=utf-8\n\nMeddelandet har inte nått några eller någon av mottagarna.\n\n"
		"Följande mottagare kan inte nås:\n\n      sven@se.example den 2026-03-02 10:00\n            E-postkontot finns inte.\n"
		"            <exch.se.example #5.1.1>\n",
		"bounce sven@se.example failed" },
	{ "InterMail not delivered in 5 days",
		"Return-Path: <>\nFrom: Mail Administrator <Postmaster@im.example>\n" TO "Subject: Mail System Error - Returned Mail\n\n"
		"This Message was undeliverable due to the following reason:\n\n"
		"Your message was not delivered within 3 days and 0 hours.\nHost far.example is not responding.\n\n"
		"The following recipients did not receive your message:\n   <chan@far.example>\n\nPlease reply to Postmaster@im.example\n"
		"if you feel this message to be in error.\n",
		"bounce chan@far.example failed" },
	{ "vac Exchange de",
		"From: Oh <oh@far.example>\n" TO "Auto-Submitted: auto-generated\nSubject: Automatische Antwort: March figures\n\n"
		"Ich bin bis zum 10. März nicht im Büro. Ihre Nachricht wird nicht weitergeleitet.\n",
		"vacation oh@far.example -" },
	{ "vac Exchange ko",
		"From: Oh <oh@far.example>\n" TO "Auto-Submitted: auto-generated\nSubject: 자동 회신: March figures\n\n출장 중이라 메일 확인이 늦습니다.\n",
		"vacation oh@far.example -" },
	{ "vac ru2 outlook",
		"From: Oh <oh@far.example>\n" TO "X-Auto-Response-Suppress: All\nSubject: Автоматический ответ: March figures\n\n"
		"Буду отсутствовать до 10 марта.\n",
		"vacation oh@far.example -" },
	{ "vac tr",
		"From: Oh <oh@far.example>\n" TO "Auto-Submitted: auto-generated\nSubject: Otomatik Yanıt: March figures\n\n"
		"10 Mart'a kadar ofiste olmayacağım.\n",
		"vacation oh@far.example -" },
	{ "vac da",
		"From: Oh <oh@far.example>\n" TO "Auto-Submitted: auto-generated\nSubject: Automatisk svar: March figures\n\n"
		"Jeg er på ferie.\n",
		"vacation oh@far.example -" },
	{ "chal boxtrapper",
		"From: Oh <oh@far.example>\n" TO "Precedence: bulk\nSubject: Your email requires verification verify#abcdef\n\n"
		"The message you sent requires that you verify that you are a real live human being and not a spam source.\n\n"
		"To complete this verification, simply reply to this message and leave the subject line intact.\n\n"
		"The headers of the message sent from your address are shown below:\n\nFrom minji@sender.example\n"
		"Subject: March figures\n",
		"challenge oh@far.example -" },
	{ "chal ko",
		"From: Oh <oh@far.example>\n" TO "Auto-Submitted: auto-replied\nSubject: [스팸 확인] 메일 발송 확인 요청\n\n"
		"보내신 메일은 스팸 방지를 위해 보류되었습니다.\n아래 링크를 클릭하시면 메일이 전달됩니다.\nhttps://spam.example/confirm?id=1\n",
		"challenge oh@far.example -" },
	{ "list mailman hold",
		"From: hikers-request@lists.example\n" TO "Precedence: bulk\nAuto-Submitted: auto-generated\n"
		"Subject: Your message to hikers awaits moderator approval\n\nYour mail to 'hikers' with the subject\n\n"
		"    March figures\n\nIs being held until the list moderator can review it for approval.\n\n"
		"The reason it is being held:\n\n    Post by non-member to a members-only list\n",
		"none" },
	{ "list ezmlm probe",
		"From: hikers-request@lists.example\n" TO "Return-Path: <hikers-return-@lists.example>\nSubject: ezmlm warning\n\n"
		"Hi! This is the ezmlm program. I'm managing the\nhikers@lists.example mailing list.\n\n"
		"Messages to you from the hikers mailing list seem to\nhave been bouncing. I've attached a copy of the first bounce\n"
		"message I received.\n\nIf this message bounces too, I will send you a probe. If the probe bounces,\n"
		"I will remove your address from the hikers mailing list,\nwithout further notice.\n",
		"none" },
	{ "mdn Outlook Not read",
		"From: Oh <oh@far.example>\n" TO "Subject: Not read: March figures\nMIME-Version: 1.0\nContent-Type: multipart/report;\n"
		" report-type=disposition-notification; boundary=\"zz\"\n\n--zz\nContent-Type: text/plain; charset=utf-8\n"
		"Content-Transfer-Encoding: 8bit\n\nYour message was deleted without being read.\n--zz\n"
		"Content-Type: message/disposition-notification\n\nReporting-UA: far.example; Mailer 2\n"
		"Final-Recipient: rfc822;oh@far.example\nOriginal-Message-ID: <orig-77@sender.example>\n"
		"Disposition: manual-action/MDN-sent-automatically;\n deleted\n\n--zz--\n",
		"mdn oh@far.example deleted" },
	{ "mdn processed/error",
		"From: Oh <oh@far.example>\n" TO "MIME-Version: 1.0\nContent-Type: multipart/report;\n"
		" report-type=disposition-notification; boundary=\"zz\"\n\n--zz\nContent-Type: text/plain; charset=utf-8\n"
		"Content-Transfer-Encoding: 8bit\n\nread\n--zz\nContent-Type: message/disposition-notification\n\n"
		"Reporting-UA: far.example; Mailer 2\nFinal-Recipient: rfc822;oh@far.example\n"
		"Original-Message-ID: <orig-77@sender.example>\nDisposition: automatic-action/MDN-sent-automatically; processed/error\n\n"
		"--zz--\n",
		"mdn oh@far.example processed" },
	{ "mdn no mode",
		"From: Oh <oh@far.example>\n" TO "MIME-Version: 1.0\nContent-Type: multipart/report;\n"
		" report-type=disposition-notification; boundary=\"zz\"\n\n--zz\nContent-Type: text/plain; charset=utf-8\n"
		"Content-Transfer-Encoding: 8bit\n\nread\n--zz\nContent-Type: message/disposition-notification\n\n"
		"Reporting-UA: far.example; Mailer 2\nFinal-Recipient: rfc822;oh@far.example\n"
		"Original-Message-ID: <orig-77@sender.example>\nDisposition: displayed\n\n--zz--\n",
		"mdn oh@far.example displayed" },
	{ "no newsletter no list-id",
		"From: Email Weekly <news@weekly.example>\n" TO "Return-Path: <bounce-123@weekly.example>\n"
		"Subject: Delivery failed? How to read a failure notice\n\n"
		"This week: how mail systems say that a message could not be delivered.\n\nExample:\n\n"
		"<john@shop.example>: host mx.shop.example said: 550 5.1.1 User unknown\n\nRead more on our site.\n",
		"none" },
	{ "no fwd no comment",
		"From: Oh <oh@far.example>\n" TO "Subject: FW: Undelivered Mail Returned to Sender\n\n-----Original Message-----\n"
		"From: MAILER-DAEMON@pf.example\nSent: Monday, March 2, 2026 10:00 AM\nTo: oh@far.example\n"
		"Subject: Undelivered Mail Returned to Sender\n\nThis is the mail system at host pf.example.\n\n"
		"I'm sorry to have to inform you that your message could not\n"
		"be delivered to one or more recipients. It's attached below.\n\n"
		"<ahn@far.example>: host mx.far.example[203.0.113.4] said: 550 5.1.1 User unknown\n",
		"none" },
	{ "no fwd gmail",
		"From: Oh <oh@far.example>\n" TO "Subject: Fwd: Delivery Status Notification (Failure)\n\n"
		"---------- Forwarded message ---------\nFrom: Mail Delivery Subsystem <mailer-daemon@googlemail.example>\n"
		"Date: Mon, Mar 2, 2026\nSubject: Delivery Status Notification (Failure)\nTo: <oh@far.example>\n\n"
		"** Address not found **\n\n"
		"Your message wasn't delivered to yuna@nowhere.example because the domain nowhere.example couldn't be found.\n",
		"none" },
	{ "no postmaster helps, person",
		"From: Postmaster <postmaster@far.example>\n" TO "In-Reply-To: <x@sender.example>\n"
		"Subject: Re: Undelivered mail to ahn@far.example\n\nDear Ms Kim,\n\n"
		"the user unknown error you saw for ahn@far.example was our mistake; the account is back. Please send again.\n\n"
		"Regards,\nthe postmaster\n",
		"none" },
	{ "no parcel ko",
		"From: 택배 <noreply@cj.example>\n" TO "Auto-Submitted: auto-generated\nSubject: [배송] 고객님의 상품 배달 실패 안내\n\n"
		"고객님 부재로 상품이 배달되지 못했습니다.\n받는 사람: 김민지 minji@sender.example\n재배달 예정일: 3월 5일\n",
		"none" },
	{ "no parcel null sender mailer",
		"From: Mail Delivery <delivery@parcel.example>\n" TO "Return-Path: <>\nSubject: Delivery failed: parcel 12345\n\n"
		"We could not deliver your parcel to\n\nminji@sender.example\n\nPlease choose a new day.\n",
		"none" },
	{ "no CI failed to send",
		"From: Jenkins <jenkins@build.example>\n" TO "Auto-Submitted: auto-generated\n"
		"Subject: Build failed in Jenkins: mailer #55\n\njava: Failed to send mail: 550 5.1.1 <oh@far.example>: User unknown\n"
		"Build step failed\n",
		"none" },
	{ "no logwatch",
		"From: logwatch@host.example\n" TO "Return-Path: <>\nAuto-Submitted: auto-generated\nSubject: Logwatch for host\n\n"
		" --------------------- Postfix Begin ------------------------\n 5  Bounced\n"
		"   550 5.1.1 User unknown: <oh@far.example>\n message could not be delivered\n",
		"none" },
	{ "no payment failed",
		"From: Bank <no-reply@bank.example>\n" TO "Auto-Submitted: auto-generated\n"
		"Subject: Payment failed: transfer returned to sender\n\n"
		"Your transfer was rejected by the receiving bank and has been returned.\nAccount: minji@sender.example\n",
		"none" },
	{ "no phish from admin",
		"From: Mail Administrator <admin@bad.example>\n" TO "Subject: Delivery failure: mailbox full minji@sender.example\n\n"
		"Your mailbox minji@sender.example is full. Messages could not be delivered. Upgrade: http://bad.example/\n",
		"none" },
	{ "no calendar declined",
		"From: Oh <oh@far.example>\n" TO "Subject: Declined: meeting with bounce team\n\n"
		"oh@far.example declined. The room was rejected by the resource.\n",
		"none" },
	{ "no welcome from mail system",
		"From: Mail System <mail-system@isp.example>\n" TO "Auto-Submitted: auto-generated\nSubject: Welcome to your new mailbox\n"
		"\nYour address minji@sender.example is ready. If you have a problem delivering mail, contact support@isp.example\n",
		"none" },
	{ "no quota warning",
		"From: Mail System <postmaster@isp.example>\n" TO "Auto-Submitted: auto-generated\nSubject: Your mailbox is almost full\n\n"
		"The mailbox minji@sender.example is 95% full. When it is full, new mail will be returned to sender.\n",
		"none" },
	{ "no virus notice to recipient",
		"From: MailScanner <postmaster@isp.example>\n" TO "Subject: Warning: E-mail viruses detected\n\n"
		"Our virus detector has been triggered by a message sent to you:\n" TO "From: seller@spam.example\n"
		"The attachment was blocked.\n",
		"none" },
	{ "no order failed",
		"From: Shop <orders@shop.example>\n" TO "Subject: Failed: your order 55\n\nWe were unable to deliver to the address:\n\n"
		"minji@sender.example, Main street 5\n\nPlease write to help@shop.example\n",
		"none" },
	{ "no job application rejected",
		"From: HR <hr@corp.example>\n" TO "Subject: Your application was rejected\n\n"
		"Dear Kim, your application has been rejected. Contact jobs@corp.example.\n",
		"none" },
	{ "no user at mailer company",
		"From: SMTP Ltd <sales@smtp.example>\n" TO "Subject: Delivery problems? Try us\n\nMail not delivered to\n\n"
		"your.clients@far.example\n\nAsk us for help.\n",
		"none" },
	{ "no github",
		"From: GitHub <notifications@gh.example>\n" TO "List-Id: <x.gh.example>\nPrecedence: list\n"
		"Subject: Re: [org/mailer] Delivery failure notice is not parsed (#12)\n\nIt says \"delivery failed\" for\n\n"
		"foo@far.example\n\n550 5.1.1 user unknown\n",
		"none" },
	{ "no korean order",
		"From: 쇼핑몰 <shop@mall.example>\n" TO "Subject: 주문하신 상품이 발송되지 않았습니다\n\n상품이 아직 발송되지 않았습니다.\n이메일: minji@sender.example\n",
		"none" },
	{ "no mail about mailbox by null sender news",
		"From: News <news@x.example>\n" TO "Return-Path: <>\nSubject: Weekly news\n\n"
		"Trains were delayed. A letter was returned to sender after 50 years.\nwrite to\neditor@x.example\n",
		"none" },
	{ "no vacation ask",
		"From: Oh <oh@far.example>\n" TO "Subject: out of office next week\n\nHi, I will be away next week. Can you take over?\n",
		"none" },
	{ "no vacation policy",
		"From: HR <hr@corp.example>\n" TO "Auto-Submitted: auto-generated\nSubject: Vacation policy\n\n"
		"Please enter your vacation. Everyone on leave must set an out of office reply.\n",
		"none" },
	{ "XS4ALL amavis",
		"Return-Path: <>\nFrom: \"Content-filter at mx.isp.example\" <postmaster@isp.example>\n"
		TO "Subject: Undeliverable mail, MTA-BLOCKED\nContent-Type: text/plain; charset=utf-8\n\n"
		"Message Delivery could not be completed for:\n\n<toto@isp.example>: 554 5.7.0 Reject, id=1234-01 - spam\n",
		"bounce toto@isp.example failed" },
	{ "amavis BANNED",
		"Return-Path: <>\nFrom: \"Content-filter at mx.isp.example\" <postmaster@mx.isp.example>\n"
		TO "Subject: BANNED contents in message from you (.exe)\nContent-Type: text/plain; charset=utf-8\n\n"
		"BANNED CONTENTS ALERT\n\nOur content checker found\n    banned name: .exe\n\n"
		"in email presumably from you <minji@sender.example>\nto the following recipient:\n-> pit@isp.example\n\n"
		"Delivery of the email was stopped!\n",
		"bounce pit@isp.example failed" },
	{ "SurfControl",
		"Return-Path: <>\nFrom: <postmaster@surf.example>\n" TO "Subject: Message Delivery Failure\n"
		"Content-Type: text/plain; charset=utf-8\n\nYour message could not be sent.\n"
		"A transcript of the attempts to send the message follows.\nThe number of attempts made: 1\n"
		"Addressed To: sam@surf.example\n\nMon 2 Mar 2026 10:00:00 +0900\nFailed to send to identified host, \n"
		"sam@surf.example: [203.0.113.4], 550 5.1.1 User unknown\n--- Message non-deliverable.\n",
		"bounce sam@surf.example failed" },
	{ "Verizon vtext",
		"Return-Path: <>\nFrom: <post_master@vtext.example>\n" TO "Subject: Undeliverable Message\n"
		"Content-Type: text/plain; charset=utf-8\n\nMessage could not be delivered to mobile.\n"
		"Error: No valid recipients for this MM.\nTo: 15551234567@vzw.example\n",
		"bounce 15551234567@vzw.example failed" },
	{ "V5 sendmail",
		"Return-Path: <>\nFrom: Mail Delivery Subsystem <MAILER-DAEMON@v5.example>\n"
		TO "Subject: Returned mail: Host unknown (Name server: nohost.example: host not found)\n"
		"Content-Type: text/plain; charset=utf-8\n\n   ----- Transcript of session follows -----\n"
		"550 nohost.example (smtp)... 550 Host unknown (Name server: nohost.example: host not found)\n\n"
		"   ----- Unsent message follows -----\n" MINE("van@nohost.example"),
		"bounce van@nohost.example failed" },
	{ "Exchange zh html",
		"Return-Path: <>\nFrom: Microsoft Outlook <postmaster@cn.example>\n" TO "Content-Type: text/html; charset=utf-8\n"
		"Subject: 未传递: March figures\n\n"
		"<html><body><p>未能传递到下列收件人或组:</p><p><a href=\"mailto:chen@cn.example\">chen@cn.example</a></p><p>#550 5.1.1 RESOLVER "
		"##</p></body></html>\n",
		"bounce chen@cn.example failed" },
	{ "Exchange ko delay",
		"Return-Path: <>\nFrom: Microsoft Outlook <postmaster@kr.example>\n" TO "Content-Type: text/html; charset=utf-8\n"
		"Subject: 지연됨: March figures\n\n"
		"<html><body><p>다음 받는 사람 또는 그룹에 대한 배달이 지연되었습니다.</p><p><a href=\"mailto:woo@kr.example\">woo@kr.example</a></p><p>이 메시지가 "
		"아직 배달되지 않았습니다. 계속해서 배달을 시도합니다.</p></body></html>\n",
		"bounce woo@kr.example delayed" },
	{ "Hanmail 2",
		"Return-Path: <>\nFrom: 메일 관리자 <postmaster@hm.example>\n" TO "Subject: [전송실패] March figures\n"
		"Content-Type: text/plain; charset=utf-8\n\n안녕하세요. 메일을 보내지 못했습니다.\n\n받는사람: \"이수진\" <sujin@hm.example>\n"
		"원인: 휴면 계정입니다. (550 5.2.1 dormant)\n\n--- 원본 메일 ---\n" MINE("sujin@hm.example"),
		"bounce sujin@hm.example failed" },
	{ "Nate",
		"Return-Path: <>\nFrom: <mailer@nate.example>\n" TO "Subject: 메일 전송에 실패하였습니다\nContent-Type: text/plain; charset=utf-8\n\n"
		"고객님께서 2026-03-02에 발송하신 메일이 수신 서버 오류로 전송되지 않았습니다.\n\n- 수신자 메일주소: yoo@far.example\n- 오류코드: 550\n"
		"- 오류내용: 5.1.1 User unknown\n",
		"bounce yoo@far.example failed" },
	{ "Korean multiple table",
		"Return-Path: <>\nFrom: postmaster@gov.example\n" TO "Subject: 메일 발송 결과(실패) 안내\nContent-Type: text/plain; charset=utf-8\n\n"
		"다음 수신자에게 메일이 발송되지 않았습니다.\n\n번호  수신자              사유\n1     a1@gov.example     사용자 없음\n2     a2@gov.example     용량 초과\n",
		"bounce a1@gov.example failed a2@gov.example failed" },
	{ "Japanese sakura",
		"Return-Path: <>\nFrom: MAILER-DAEMON@sak.example\n" TO "Subject: メール配信エラー\nContent-Type: text/plain; charset=utf-8\n\n"
		"以下の宛先にメールを配信できませんでした。\n\n宛先アドレス：ito@sak.example\nエラー内容：550 5.1.1 <ito@sak.example>... User unknown\n",
		"bounce ito@sak.example failed" },
	{ "Taiwan hinet",
		"Return-Path: <>\nFrom: 郵件管理員 <postmaster@hinet.example>\n" TO "Subject: 寄送失敗通知\nContent-Type: text/plain; charset=utf-8\n"
		"\n您寄出的郵件無法投遞給以下收件者：\n\n收件者：lin@hinet.example\n原因：550 使用者不存在\n",
		"bounce lin@hinet.example failed" },
	{ "Norwegian",
		"Return-Path: <>\nFrom: MAILER-DAEMON@no.example\n" TO "Subject: Kan ikke leveres\n"
		"Content-Type: text/plain; charset=utf-8\n\nMeldingen kunne ikke leveres til:\n\nole@no.example\n",
		"bounce ole@no.example failed" },
	{ "IDN",
		"Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\n" TO "Subject: Undelivered Mail Returned to Sender\n"
		"Content-Type: text/plain; charset=utf-8\n\nYour message could not be delivered to:\n\n"
		"<기현@예시.example>: 550 5.1.1 User unknown\n",
		"bounce 기현@예시.example failed" },
	{ "success only exim",
		"Return-Path: <>\nFrom: Mail Delivery System <Mailer-Daemon@relay.example>\n" TO "Subject: Message successfully delivered\n"
		"Content-Type: text/plain; charset=utf-8\n\nYour message was successfully delivered to:\n\n  fin@relay.example\n",
		"bounce fin@relay.example delivered" },
	{ "mixed: ok and failed",
		"Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\n" TO "Subject: Returned mail\n"
		"Content-Type: text/plain; charset=utf-8\n\n"
		"   ----- The following addresses had successful delivery notifications -----\n"
		"<ok@relay.example>  (successfully delivered to mailbox)\n\n"
		"   ----- The following addresses had permanent fatal errors -----\n<no@relay.example>\n"
		"    (reason: 550 5.1.1 User unknown)\n",
		"bounce ok@relay.example delivered no@relay.example failed" },
	{ "vanished sender To differs",
		"Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\n" TO "Subject: Undeliverable\n"
		"Content-Type: text/plain; charset=utf-8\n\nMessage to jun@relay.example failed: mailbox unavailable\n",
		"bounce jun@relay.example failed" },
	{ "no mailer-daemon info",
		"Return-Path: <>\nFrom: MAILER-DAEMON@isp.example\n" TO "Subject: Monthly mail statistics\n"
		"Content-Type: text/plain; charset=utf-8\n\nIn February 5 messages were delivered to\n\nminji@sender.example\n\n"
		"and 2 were rejected by the filter.\n",
		"none" },
	{ "Exchange 5.5 ims",
		"From: System Administrator <postmaster@ex55.example>\n" TO "Subject: Undeliverable: March figures\n"
		"Content-Type: text/plain; charset=utf-8\n\nYour message\n\n  To:      'Jo Lee'\n  Subject: March figures\n"
		"  Sent:    Mon, 2 Mar 2026 10:00:00 -0000\n\ndid not reach the following recipient(s):\n\n"
		"jo@ex55.example on Mon, 2 Mar 2026 10:00:05 -0000\n"
		"    You do not have permission to send to this recipient.  For assistance, contact your system administrator.\n"
		"    MSEXCH:MSExchangeMTA:SITE:SRV\nlee@ex55.example on Mon, 2 Mar 2026 10:00:05 -0000\n"
		"    The message reached the recipient's e-mail system, but delivery was refused.\n"
		"    MSEXCH:IMS:x 3550 (000B09B6) 550 Relay denied\n",
		"bounce jo@ex55.example failed lee@ex55.example failed" },
	{ "MS Mail gateway",
		"Return-Path: <>\nFrom: Microsoft Mail Gateway <postmaster@msmail.example>\n" TO "Subject: Mail failure\n"
		"Content-Type: text/plain; charset=utf-8\n\n[006] Mailbox does not exist: dan@msmail.example\n"
		"Your message could not be delivered.\n",
		"bounce dan@msmail.example failed" },
	{ "KR inline sentence",
		"Return-Path: <>\nFrom: postmaster@kr.example\n" TO "Subject: 메일 전송 실패 알림\nContent-Type: text/plain; charset=utf-8\n\n"
		"회원님이 min.j@kr.example 님에게 보낸 메일이 전송되지 못했습니다.\n사유: 수신자 없음\n",
		"bounce min.j@kr.example failed" },
	{ "KR inline 2",
		"Return-Path: <>\nFrom: MAILER-DAEMON@kr.example\n" TO "Subject: 반송 메일입니다\nContent-Type: text/plain; charset=utf-8\n\n"
		"jin@kr.example로 보내신 메일이 반송되었습니다. 550 User unknown\n",
		"bounce jin@kr.example failed" },
	{ "KR mail about 회의 반송",
		"From: 김과장 <kim@corp.example>\n" TO "Subject: Re: 반송 메일 관련\nContent-Type: text/plain; charset=utf-8\n\n"
		"안녕하세요, park@corp.example 메일이 반송되었다고 해서 확인해 보니 용량 초과였습니다.\n다시 보내 주세요.\n",
		"none" },
	{ "person short, no greeting",
		"From: Anna <anna@de.example>\n" TO "Subject: Undeliverable\nContent-Type: text/plain; charset=utf-8\n\n"
		"Your message to bob@de.example was not delivered, use bobby@de.example instead.\n",
		"none" },
	{ "ticket: mail failed",
		"From: Helpdesk <help@corp.example>\n" TO "Auto-Submitted: auto-generated\n"
		"Subject: [Ticket 5] Delivery failure to bob@far.example\nContent-Type: text/plain; charset=utf-8\n\n"
		"Your ticket has been created.\n\n"
		"My message to bob@far.example fails with 550 5.1.1 user unknown. Returned message attached.\n",
		"none" },
	{ "monitor null",
		"Return-Path: <>\nFrom: Monitoring <monitor@srv.example>\n" TO "Auto-Submitted: auto-generated\n"
		"Subject: Mail queue alert: 55 messages delayed\nContent-Type: text/plain; charset=utf-8\n\nQueue on mx1:\n\n"
		"55 messages could not be delivered, oldest to bob@far.example (451 4.7.1 Greylisted)\n",
		"none" },
	{ "git push mail null",
		"Return-Path: <>\nFrom: git@srv.example\n" TO "Subject: [repo] push rejected\nContent-Type: text/plain; charset=utf-8\n\n"
		"Push to main by bob@far.example was rejected by the hook: message failed the check.\n",
		"none" },
};

int main(void)
{
	notices_check(rows, ARRAY_LEN(rows), false);
	return tap_done();
}
