/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bouncetab: the words that mail systems use where no standard says what happened.
 * All are in small letters, with one space between words.
 */
#include "priv.h"

/* That something was not delivered, or not yet. */
static const char *const failed[] = {
	"not be delivered", "not been delivered", "cannot be delivered", "can't be delivered", "couldn't be delivered",
	"not delivered", "able to deliver", "not deliver", "n't deliver", "n't be delivered", "unable to be delivered",
	"unable to send", "did not reach", "didn't reach", "not be reached", "undeliver", "delivery failed",
	"delivery has failed", "delivery failure", "delivery to the following", "delevery to the following",
	"failed permanently", "address failed", "addresses failed", "address(es) failed", "fatal errors", "delivery error",
	"transcript of session", "failed recipient", "failed address", "failure reason", "error delivering",
	"while attempting to deliver", "while trying to deliver", "trouble delivering", "problem delivering",
	"problems delivering", "delivery problem", "rejected by", "was rejected", "been rejected", "has been returned",
	"returned to sender", "been refused", "unknown user", "user unknown", "no such user", "mailbox is full",
	"mailbox exceeds", "mailbox full", "over quota", "userid:", "not enough", "did not receive this message",
	"not receive a copy", "list of failed recipients", "was blocked", "account is disabled", "account has been disabled",
	"temporarily limited", "refused your message", "was refused", "not accepted", "not accepting mail",
	"has been rejected", "unroutable", "unrouteable", "no longer valid", "host unknown", "unknown host",
	"while processing the enclosed message", "error while being processed", "permission to post",
	"is the following error", "error-for:", "mail system error", "mail failed", "message failed", "send failed",
	"sending failed", "failed to send", "failed to deliver", "not sent", "could not be sent",
	"not successfully delivered", "unknown recipient", "address not found", "wasn't found", "does not exist",
	"doesn't exist", "non-delivery", "nondelivery", "(failure)", "non-delivered", "bounce notification", "been blocked",
	"error sending your mail", "bounce bounced", "automatically rejected", "failed to be delivered", "could not be resolved", "is unknown to", "not known to this", "not known at this", "not delivered the following",
	/* German, French, Spanish, Portuguese, Italian, Dutch, Polish, Czech, Swedish, Danish, Norwegian, Finnish, Turkish */
	"nicht zugestellt", "unzustellbar", "nicht zustellbar", "nicht ausgeliefert", "zustellung fehlgeschlagen",
	"nicht übermittelt", "zustellungsfehler", "zustellfehler", "fehler bei der nachrichtenzustellung", "pu délivrer", "pu delivrer", "pas pu etre delivre", "pas pu être", "non remis", "non distribu", "pas été remis",
	"échec de la remise", "no pudo ser entregado", "no se pudo entregar", "no se ha podido entregar",
	"no ha podido ser entregado", "no se pudo enviar", "no entregado", "nao pode ser en", "não pôde ser en",
	"não foi entregue", "nao foi entregue", "falha na entrega", "impossibile recapitare", "impossibile consegnare",
	"mancato recapito", "mancata consegna", "non è stato consegnato", "non è stato possibile consegnare",
	"niet worden bezorgd", "niet afgeleverd", "niet bezorgd", "onbestelbaar", "is mislukt", "niedostarcz", "nie została dostarczona", "nie można dostarczyć",
	"nie mogła zostać dostarczona", "nie może zostać dostarczona", "nelze doručit", "nedoruč", "inte levereras",
	"kunde ikke leveres", "ikke leveret", "ei voitu toimittaa", "ei voida toimittaa", "teslim edilemedi",
	"не может быть доставлено", "не доставлено", "невозможно доставить", "не удалось доставить", "не удалось отправить",
	"не было доставлено", "недоставленн", "сбой доставки", "не удается доставить", "не удаётся доставить", "не вдалося доставити", "送信できませんでした", "送信できません", "送信に失敗", "配信できません",
	"配信に失敗", "配信不能", "配送できません", "送信不能", "届きませんでした", "届けることができません",
	"お届けできません", "エラーメール", "拒否されました", "リストにありません", "退信", "无法投递", "無法投遞",
	"未能送达", "投递失败", "投遞失敗", "无法送达", "無法傳送", "无法发送", "发送失败", "被退回", "寄送失敗",
	"전송할 수 없", "전송되지", "전송 실패", "전송이 실패", "전송에 실패", "전송하지 못", "전송 오류", "발송 실패",
	"발송에 실패", "발송이 실패", "발송되지", "발송하지 못", "발송할 수 없", "배달되지", "배달하지 못", "배달 실패",
	"배달에 실패", "배달할 수 없", "배달 불가", "배달불가", "배달실패", "전달되지", "전달하지 못", "전달할 수 없",
	"전달 실패", "전달에 실패", "반송되", "반송된", "반송 메일", "반송메일", "메일 반송", "수신이 거부", "수신 거부",
	"수신거부", "보내지 못", "보낼 수 없", "보내기 실패", "도착하지 못", "존재하지 않는", "발송실패", "전송실패",
	"수신할 수 없", "도달하지 않", "연결하지 못", "연결할 수 없",
	/* as Exchange begins */
	"nicht erreicht", "nicht ausliefern", "n'a pas été remis", "impossible de contacter", "no ha llegado", "no llegó a",
	"no se puede entregar", "não alcançou", "não foi possível contactar", "não chegou a", "non ha raggiunto", "impossibile raggiungere",
	"recapito non riuscito", "niet aangekomen", "niet bereikbaar", "har inte nått", "kan inte nås", "går inte att leverera",
	"nåede ikke", "kan ikke leveres", "kom ikke fram", "kan ikke nås", "ei tavoittanut", "toimitus epäonnistui", "nebylo možné doručit",
	"se nedostala", "nie dotarła", "niedostarcz", "kézbesíthet", "teslim edilmedi", "ulaşmadı", "не доставлен", "未传递", "未傳遞",
	"傳遞失敗", "無法遞送", "未送达", "无法传递", "无法将邮件", "無法將郵件", "拒收", "投递不成功", "届いていません", "届かなかった", "알 수 없는 사용자", "delivery could not be completed", "was stopped", "未能传递",
	"未能投递", "kunne ikke leveres", "ikke levert", "blev ikke leveret", "kunde inte levereras", "inte att leverera", "mislykkedes", "mislyktes",
	"epäonnistui", "se nezdařilo", "sikerült kézbesíteni", "başarısız oldu", "η παράδοση απέτυχε", "傳送至下列收件者", "mailbox unavailable",
	"mailbox is unavailable", "not deliverable", "mailbox not found", "did not receive your", "無法送達", "未能送達", "傳送失敗", "pas été distribué",
	"host not found", "user not found", "domain not found", "following errors occurred", "not a known user", "no mailbox",
	"invalid recipient", "recipient unknown", "unknown address", "address unknown", "address is unknown", "user is unknown",
	"no longer active", "account inactive", "mailbox disabled", "could not be located", "no such address", "no such account",
	"not recognized", "no longer in use", "cannot route", "could not send", "cannot send", "quota exceeded", "been discarded",
	"permanently failed", "unsuccessful", "未能成功", "실패하였", "실패했", "실패한", "nije mogla biti", "tidak dapat dikirim", "sa nepodarilo",
	"送信されませんでした", "配送されませんでした", "配信されませんでした", "could not be found", "abgewiesen", "abgelehnt", "rejeitad", "rechazad", "été rejeté", "rifiutat", "geweigerd", "odrzucon", "отклонен",
	"no ha podido entregarse", "no pudo entregarse", "não foi possível entregar",
	/* a language a line, from German to Hindi */
	"konnte nicht an ", "nicht übertragen", "unbekannter benutzer", "unbekannter empfänger", "unbekannt verzogen", "existiert nicht", "postfach voll", "postfach ist voll", "zurückgewiesen",
	"n'a pu être", "n'ont pas pu", "non délivré", "pas été délivré", "impossible de délivrer", "impossible de remettre", "échec de livraison", "échec d'envoi", "echec de la", "inconnu", "introuvable", "n'existe pas", "été refusé",
	"no se entreg", "no se ha entregado", "no ha sido entregad", "no fue entregad", "error de entrega", "fallo en la entrega", "fallo de entrega", "imposible entregar", "no se ha podido enviar", "desconocid", "buzón lleno", "buzón está lleno", "no existe",
	"não foi possível enviar", "não pode ser en", "não entregue", "falha ao entregar", "falha de entrega", "falha no envio", "desconhecid", "caixa postal cheia", "não existe",
	"non recapit", "non consegnat", "non è stata consegnat", "non è stato recapit", "non può essere consegnat", "errore di consegna", "consegna fallita", "sconosciut", "casella piena", "non esiste", "inesistente",
	"niet worden afgeleverd", "bezorging mislukt", "aflevering mislukt", "onbekende gebruiker", "onbekende ontvanger", "bestaat niet", "postvak vol",
	"inte levererats", "gick inte att leverera", "okänd användare", "okänd mottagare", "ikke levere", "levering mislykket", "ukendt bruger", "ukjent bruker", "ei voitu välittää", "toimitus ei onnistunut", "tuntematon vastaanottaja",
	"nie została dor", "nie mogła być", "nie dostarcz", "nieznany użytkownik", "nieznany odbiorca", "skrzynka jest pełna", "nie istnieje", "nepodařilo", "nebylo možno", "nebyla doručen", "nemohla být", "neexistuje", "nebola doručen", "nemohla byť",
	"nem sikerült", "nem kézbesít", "sikertelen", "nem létezik", "nu a putut fi", "nu poate fi livrat", "nu a fost livrat", "nelivrat", "nije moguće", "nije isporučen", "nije dostavljen", "ni bilo mogoče", "ni bila dostavljena",
	"не может быть достав", "не было отправлено", "не может быть отправлен", "ошибка доставки", "ошибка при доставке", "не существует", "переполнен", "пользователь не найден", "не може бути достав", "да бъде достав", "не беше достав", "недостав",
	"δεν παραδόθηκε", "δεν ήταν δυνατή", "αποτυχία παράδοσης", "iletilemedi", "ulaştırılamadı", "gönderilemedi", "nepavyko pristatyti", "neizdevās piegādāt", "ebaõnnestus",
	"تعذر تسليم", "لم يتم تسليم", "فشل تسليم", "לא נמסרה", "לא ניתן למסור", "המסירה נכשלה", "ไม่สามารถส่ง", "ส่งไม่สำเร็จ", "không được gửi", "không thể gửi", "không gửi được", "tidak terkirim", "gagal dikirim", "gagal terkirim", "वितरित नहीं", "डिलीवर नहीं",
	"見つかりません", "受信できません", "送れません", "到達しません", "不達", "容量オーバー", "満杯", "いっぱいの", "不存在", "找不到", "已满", "已滿", "退回", "未成功", "传送失败", "無法寄", "찾을 수 없", "용량 초과", "용량이 초과", "가득 찼", "가득 차", "없는 주소", "없는 사용자", "거부되", "거부하",
	"nicht zustellen", "niet afleveren", "niet bezorgen", "pas pu remettre", "podido entregar", "consegui entregar", "potuto consegnare", "potuto recapitare", "inte leverera", "nie udało", "nemohl doručit", "не смог доставить", "届けられません",
	"not have been delivered", "not able to be delivered", "bounced back", "was bounced", "bounced by", "message bounced", "mail returned", "returning your", "returned below",
	"not been sent", "bad address", "no account named", "no account by", "account was closed", "account has been closed", "unable to resolve", "cannot be resolved", "could not resolve",
	"not try again", "account suspended", "cannot be found",
};

/* That it is late only. */
static const char *const delayed[] = {
	"warning message only", "this is a warning only", "just a warning", "advisory-only", "will be retried",
	"still being retried", "not yet been delivered", "not been delivered yet", "has been delayed", "yet to be delivered", "been postponed",
	"delivery attempts will", "attempt to deliver your message again", "is delayed for", "only a temporary failure", "continue to try", "continue to attempt",
	"continue trying", "keep trying", "will retry", "will try again", "transient non-fatal", "delayed mail", "(delay)", "delivery delay",
	"delivery is delayed", "delivery warning", "temporary problem", "message for past", "temporarily deferred and will", "weiterhin versucht",
	"noch nicht zugestellt", "verzögert", "retardé", "retrasado", "доставка отложена", "будут продолжены", "再送を試み",
	"遅延", "まだ配送され", "まだ配信され", "아직 전달되지", "아직 배달되지", "아직 전송되지", "아직 발송되지", "아직 보내지", "재전송을 시도", "계속 시도", "전송 지연", "발송 지연", "전달 지연", "zugestellt werden konnte, wird",
	"pas encore été remis", "est différée", "se ha retrasado", "aún no se ha entregado", "aún no ha podido", "seguirá intentando", "seguiremos intent", "todavía no ha podido", "pas encore pu", "réessaiera", "が遅れて", "ritardat", "atrasad", "vertraagd", "försenad", "forsinket", "opóźnion",
	"opozdana", "延迟", "延遲", "지연되", "배달 지연", "다시 시도합니다", "재시도합니다",
	"재시도할 예정", "다시 시도할 예정", "bisher nicht zugestellt", "non è ancora", "ainda não foi", "nog niet bezorgd", "ännu inte levere", "endnu ikke levere", "ennå ikke levere",
	"jeszcze dostarcz", "opóźni", "zpožd", "odložen", "zatím nebyl", "még nem kézbesít", "încă nu", "ще не достав", "затримк", "ещё не достав", "еще не достав", "пока не достав", "откладыва", "задерж",
	"henüz teslim", "gecik", "viivästy", "fördröj", "καθυστέρ", "尚未送达", "尚未投递", "尚未送達", "尚未傳送", "chưa được gửi", "belum terkirim",
};

/* That it is over, whatever else is said. */
static const char *const for_good[] = {
	"permanent error", "permanent fatal", "permanent failure", "failed permanently", "given up", "giving up",
	"not going to try again", "no further delivery attempts", "no further attempts", "in the queue too long",
	"will not be retried", "will not continue", "not try again",  "retry timeout exceeded", "endgültig", "영구", "더 이상 시도",
};

static const char *const delivered[] = { "successful delivery", "successfully delivered", "had successful", "groups is complete",
	"successfully relayed", "was delivered to the following", "wurde an folgende empfänger zugestellt", "a été remis aux destinataires suivants",
	"に配信されました", "has been delivered to the following", "mensagem foi entregue a", "mensaje se entregó a", "messaggio è stato recapitato a", "is bezorgd bij de volgende",
	"сообщение доставлено следующим", "har levererats till", "er leveret til", "wiadomość została dostarczona do", "已送达以下", "已传递给以下", "已傳遞給下列", "에게 배달되었습니다",
	"전송 성공", "발송 성공", "배달 성공", "정상적으로 전달되었", "정상적으로 전송되었", "정상적으로 배달되었", "성공적으로 전달되었", "성공적으로 전송되었", "正常に配信され", "正常に配送され",
	"wurde erfolgreich zugestellt", "a bien été remis", "a été remis avec succès", "entregado correctamente", "foi entregue com sucesso", "messaggio è stato consegnato a",
	"is succesvol bezorgd", "успешно доставлен", "pomyślnie dostarczon", "úspěšně doručen",
	/* as Exchange says that something went on */
	"gruppen wurde abgeschlossen", "groupes est terminée", "destinatarios o grupos, pero", "gruppi è stato completato", "grupos foi concluída", "groepen is voltooid",
	"への配信が完了しましたが", "배달을 완료했지만", "已完成向", "доставка завершена",
};

/* It went on, and nothing more will be heard. */
static const char *const relayed[] = { "non-dsn-aware", "expect no further notifications", "no delivery notification was sent",
	"successfully relayed", "keine zustellungsbenachrichtigung", "aucune notification de remise", "ninguna notificación de entrega", "una notifica di recapito",
	"nenhuma notificação de entrega", "geen bezorgings", "配信通知", "배달 알림", "传递通知", "уведомление о доставке",
};

/* Names and addresses of those who write notices. */
static const char *const daemons[] = {
	"mailer-daemon", "mailer daemon", "mailerdaemon", "mail-daemon", "maildaemon", "mdaemon", "postmaster",
	"mail deliver", "maildeliver", "mail.deliver", "delivery subsystem", "delivery system", "system administrator",
	"mail system", "mailsystem", "mail_system", "mail administrator", "mail gateway", "mailgateway", "interscan", "imss@",
	"mail_service", "mail service", "mmsc ndr", "mail transport", "mail router", "mail server", "mailserver",
	"microsoft exchange", "microsoftexchange", "cc:mail", "ccmail", "mailmarshal", "majordomo-bounce", "posta-certificata@", "bounce-agent", "sns.amazonaws.com", "메일 시스템",
	"메일시스템", "메일러", "우편 관리", "메일 배달", "메일배달", "システム管理者", "メール配信システム", "系统退信",
	"почтовая система",
};

static const char *const subjects[] = {
	"undeliver", "delivery fail", "delivery has failed", "delivery status", "you sent blocked", "mail blocked",
	"delivery notification", "delivery report", "failure notice", "returned mail", "returned to sender",
	"return to sender", "returning message", "returning to sender", "mail error", "delivery problem", "delivery error",
	"not be delivered", "mail fail", "non remis", "unzustellbar", "nicht zustellbar", "non-deliver", "nondeliver",
	"mail system error", "failed delivery", "failure delivery", "delivery failed", "bounce", "delayed", "not delivered",
	"not yet been delivered", "delivery delay", "(delay)", "delivery warning", "error sending your mail", "failed mail",
	"failed: ", "rejected", "processing error", "warning: could not", "could not send", "nondelivery", "mancat",
	"no entregad", "não entreg", "non distribu", "onbestelbaar", "не доставлено", "недоставлен", "送信できません",
	"配信不能", "送信エラー", "エラーメール", "退信", "投递失败", "投遞失敗", "寄送失敗", "반송", "전송 실패", "전송실패",
	"전송이 실패", "발송 실패", "발송실패", "배달 실패", "배달실패", "배달되지", "배달 불가", "배달불가", "보내기 실패",
	"전송할 수 없", "nicht zugestellt", "nicht ausgeliefert", "não entregue", "recapito non riuscito", "mancata consegna", "går inte att leverera",
	"kan ikke leveres", "no se puede entregar", "toimitus epäonnistui", "nedoručiteln", "kézbesíthetetlen", "teslim edilemedi",
	"échec de la remise", "未传递", "未傳遞", "無法遞送", "未送达", "verzögert", "retrasad", "retardé", "différée", "遅延", "配信エラー", "지연됨", "전송에 실패", "발송에 실패", "배달에 실패", "전달에 실패",
	"전달 실패", "전송되지", "발송되지", "전달되지", "도착하지 못", "보내지 못", "전송하지 못", "발송하지 못", "전달하지 못", "배달하지 못", "(실패)", "in message from you", "in mail from you", "message blocked", "message was blocked", "not deliverable", "successfully delivered", "전송 지연", "배달 지연", "발송 지연", "전달 지연", "return receipt", "successful mail delivery", "message returned", "mail returned",
	"toimittaminen ei onnistu", "teslim edilem", "無法傳遞", "не вдалося доставити", "μη παραδοτέο",
	"zustellungsfehler", "zustellfehler", "не удается доставить", "не удаётся доставить", "niedostarcz", "relayed: ", "delivered: ", "zugestellt: ", "mailmarshal has",
};

/* In front of an address that is the one it is about; a colon may follow. */
static const char *const told[] = {
	"deliver your message to", "deliver message to", "deliver the message to", "deliver your mail to",
	"deliver the mail to", "deliver mail to", "delivered to", "delivering your mail to", "delivering your message to",
	"delivering to", "your message to", "your mail to", "your email to", "your e-mail to", "message for", "mail for",
	"undeliverable to", "delivery to", "deliver to", "message to", "mail to", "email to", "sent to", "send to",
	"addressed to", "addressee", "unable to send to", "user", "recipient", "recipients", "recipient(s)", "rejected recipient",
	"recipient address", "address", "addresses", "address(es)", "permanent errors", "destinato all'utente", "account", "mailbox", "attempts", "is full",
	"allowed size", "quota", "over quota", "error-for", "userid", "rcpt", "rcpt to", "rcpt-to", "user id", "email", "e-mail", "invalid",
	"failed", "delayed", "deferred", "undeliverable", "destination", "did not reach", "dda:smtp=", "smtp", "rfc822", "rfc-822", "for delivery to", "to the following", "not be delivered", "not delivered", "does not exist", "unknown", "not found",
	"수신처", "수신메일", "수신자메일", "수신자 메일", "받는 사람", "받는사람", "수신자", "수신인", "주소", "받는이", "받는 이",
	"이메일", "아이디", "전송 성공", "발송 성공", "전송 실패", "발송 실패", "대상", "宛先", "アドレス", "受信者", "受取人", "送信先", "メールアドレス", "收件人", "接收人", "收件人地址", "收件地址", "收件者", "получатель",
	"адрес", "адресат", "empfänger", "destinataire", "destinatario", "destinatário", "destinatar", "příjemce", "příjemci", "primatelj", "prejemnik", "adresat", "παραλήπτη", "получател",  "odbiorca", "ontvanger", "mottagare",
	"modtager", "vastaanottaja", "alıcı", "发送到", "发送至", "投递到", "投递至", "寄送到", "傳送至",
	"nachricht an", "mail an", "message à", "message pour", "mensaje a", "mensaje para", "correo a", "mensagem para", "messaggio a", "bericht aan", "meddelande till",
	"wiadomość do", "сообщение для", "письмо для",
};

/* The key in front of whom a message went to. */
static const char *const to[] = {
	"to", "an", "à", "a", "para", "aan", "til", "till", "do", "pro", "komu", "кому", "către", "kime", "προς", "vastaanottaja", "címzett",
};

/* In a line with an address that is for the reader to write to, or of who sent it. */
static const char *const other[] = {
	"contact", "please", "write to", "questions", "assistance", "help", "mail from", "message from", "from:", "sender", "mail-from", "source address", "rückfragen", "wenden sie", "contatt", "обращайтесь", "联系", "聯絡", "연락", "reply to",
	"postmaster at", "original address", "visit", "http:", "https:", "문의", "보낸 사람", "보낸사람", "발신", "보낸이", "差出人", "発信者",
	"お問い合わせ", "发件人", "寄件者", "发送人", "寄件人", "送信元", "송신자", "absender", "expéditeur", "remitente", "remetente", "mittente", "afzender", "avsändare",
	"afsender", "nadawca", "odesílatel", "lähettäjä", "gönderen", "отправитель", "expeditor", "feladó", "pošiljatelj", "αποστολέας", "відправник",
};

/* The line in front of what is returned. */
static const char *const returned[] = {
	"is a copy", "copy of the message", "copy of your message", "copy of the original", "original message",
	"original mail", "message header", "unsent message", "returned message", "returned mail", "mail follows",
	"message follows", "headers follow", "header of the", "mensaje original", "mensagem original", "message text follows",
	"your message reads", "lines of your", "old message", "bounced e-mail", "bounced mail", "undelivered message",
	"message d'origine", "ursprüngliche nachricht", "originalnachricht", "copie de votre message", "исходное сообщение",
	"копия сообщения", "元のメッセージ", "元のメール", "原始邮件", "原郵件", "原邮件", "원본 메일", "원본메일",
	"원본 메시지", "원래 메시지", "원문", "보내신 메일", "original text",
};

/* ---- what is no failure ---- */

static const char *const away_subject[] = {
	"out of office", "out of the office", "out-of-office", "automatic reply", "auto reply", "auto-reply", "autoreply",
	"auto response", "auto-response", "autoresponse", "automatic response", "automated response", "automated reply",
	"auto:", "[auto", "(auto", "vacation", "on leave", "away from", "is away", "on holiday", "autoresponder", "abwesen",
	"automatisk svar", "otomatik yanıt", "automatická odpově", "автоматический ответ", "автоматична відповідь", "automatikus válasz",
	"răspuns automat", "αυτόματη απάντηση", "balasan otomatis", "trả lời tự động", "automatski odgovor",
	"automatická odpove", "samodejni odgovor", "automatinis atsakymas", "automātiska atbilde", "automaatvastus", "автоматичен отговор",
	"מענה אוטומטי", "رد تلقائي", "ตอบกลับอัตโนมัติ", "स्वचालित उत्तर", "自动答复", "自動答覆", "부재 안내", "부재안내",
	"automatische antwort", "absence", "absent", "réponse automatique", "reponse automatique", "respuesta autom",
	"fuera de la oficina", "resposta autom", "risposta automatica", "automatisch antwoord", "afwezig",
	"automaattinen vastaus", "poissa", "autosvar", "automatiskt svar", "automatische antwoord", "odpowiedź automatyczna",
	"automatyczna odpowied", "autoodpowied", "nieobecno", "автоответ", "自动回复", "自動回覆", "自動返信", "自動応答",
	"不在", "자동 응답", "자동응답", "자동 회신", "자동회신", "자동 답장", "부재중", "부재 중", "휴가",
	"thank you for your e-mail", "thank you for your email", "thank you for contacting",
};

static const char *const autos[] = { "auto", "auté", "自动", "自動", "자동", "авто", "αυτόμ", "răspuns", "otomatik", "balasan", "trả lời",
	"abwesenheitsnotiz", "부재", "不在", "thank you for", "currently", "i am ", "i'm ", "is out of the office",
};

static const char *const away_text[] = {
	"out of the office", "out of office", "i am away", "i'm away", "i will be away", "am currently away", "on vacation",
	"on holiday", "on leave", "automated response", "automatic response", "automatic reply", "automated reply",
	"auto-reply", "autoreply", "unable to read your", "no longer with", "no longer work", "will reply",
	"reply as soon as", "respond as soon as", "get back to you", "respond to your", "as soon as possible",
	"upon my return", "when i return", "when i get back", "nicht im büro", "nicht im haus", "abwesend", "en cong",
	"de retour", "fuera de la oficina", "de vacaciones", "fuori sede", "в отпуске", "自動返信", "自動応答", "不在にして",
	"休暇", "自动回复", "不在办公室", "부재중", "부재 중", "자동 응답", "자동응답", "자동 회신", "자동회신", "휴가",
	"출장", "отсутств", "ofiste olm", "nejsem v kancel", "urlopie", "szabadság", "på semester", "på ferie", "lomalla", "fuori ufficio",
};

static const char *const guard_who[] = {
	"protected by", "anti-spam", "antispam", "spam", "unsolicited", "junk email", "junk mail", "verify that you",
	"verify you are", "confirm that you", "confirm you are", "prove that you", "real person", "human", "unknown sender",
	"not in my", "not on my", "approved sender", "first time", "junk-mail", "스팸", "спам", "スパム", "垃圾", "迷惑メール",
};
static const char *const guard_subject[] = { "verify#", "requires verification", "confirm your message", "confirm your email",
	"sender verification", "message held", "(verification)" };
static const char *const guard_do[] = { "click", "reply to this", "replying to this", "following link", "link below", "send an empty", "\"reply\" feature", "http://", "https://", "클릭", "ссылк", "クリック", "点击", "點擊" };
static const char *const guard_then[] = {
	"allowed list", "allowed senders", "allow list", "approved list", "approved sender", "whitelist", "white list", "been held",
	"being held", "is held", "quarantine", "waiting for", "pending", "ensure delivery", "will be delivered",
	"delivered to my", "before your message", "before your email", "before it", "until you", "once you confirm", "so i can receive", "so that i can receive",
	"one-time", "one time", "confirm", "verification", "conferm", "bestätig", "подтвер", "確認", "验证", "驗證", "인증", "확인",
};

/* Lists and their programs, and accounts that are opened. */
static const char *const lists[] = {
	"bounce action notification", "uncaught bounce notification", "awaits moderator approval", "moderator approval",
	"post by non-member", "results of your email commands", "results of your email command", "auto-discard",
	"moderator request", "confirm subscription", "subscription confirm", "subscribe notification",
	"confirm your subscription", "unsubscribed from", "welcome to the", "majordomo results", "majordomo file", "listserv", "if you want this action to be taken",
	"your membership in the mailing list", "loop alert", "mailing list membership reminder", "report domain:",
};

static const char *const complaints[] = {
	"email abuse report", "e-mail abuse report", "email feedback report", "complaint about message",
	"feedback loop report",
};

/* In a reason: it was tried until its time was over. */
static const char *const expired[] = {
	"retry timeout exceeded", "retry time not reached for any host after a long failure period", "envelope expired",
	"message expired", "delivery time expired", "queue too long", "failing for a long time", "failing for too long",
};

/* What notices of mail systems are about, and what they are not. */
static const char *const of_mail[] = {
	"mail", "message", "nachricht", "mensaje", "mensagem", "messaggio", "bericht", "wiadomo", "zpráv", "meddeland", "besked",
	"melding", "viesti", "iletiniz", "letiyi", "письм", "сообщ", "メール", "メッセージ", "送信", "邮件", "郵件",
	"退信", "信件", "메일", "메시지", "편지", "üzenet", "courriel", "correo", "correio", "empfänger", "destinat", "delivery to the following",
	"μήνυμα", "повідомлен", "tin nhắn", "pesan",
};

/* That it speaks to who sent it. */
static const char *const yours[] = {
	"your message", "your mail", "your email", "your e-mail", "message you sent", "mail you sent", "email you sent", "you sent to",
	"votre message", "ihre nachricht", "ihre mail", "ihre e-mail", "su mensaje", "tu mensaje", "sua mensagem", "tuo messaggio",
	"vostro messaggio", "uw bericht", "je bericht", "twoja wiadomo", "vaše zpráva", "ditt meddelande", "din besked", "ваше письмо",
	"ваше сообщение", "送信したメール", "送信されたメール", "お送りいただいた", "您的邮件", "您的郵件", "您发送的", "您寄", "보내신",
	"발송하신", "보낸 메일", "보낸 메시지", "보내주신", "귀하의 메", "고객님의 메", "returned message", "returned mail", "deine nachricht", "suo messaggio", "su correo", "tu correo", "seu e-mail", "uw e-mail",
	"je e-mail", "meldingen din", "din e-post", "viestisi", "vaši zprávu", "twoją wiadomo", "twojej wiadomo", "vaša správa", "vaša poruka", "levelét", "üzenetét", "mesajul dumneavoastră",
	"вашего письма", "вашего сообщения", "ваш лист", "вашето съобщ", "μήνυμά σας", "iletiniz", "mesajınız", "رسالتك", "ההודעה שלך", "thư của bạn", "pesan anda", "आपका संदेश",
	"あなたのメール", "あなたが送信", "お客様が送信", "你的邮件", "你发送", "您所寄",
};

static const char *const goods[] = {
	"parcel", "your package", "shipment", "shipping", "your order", "payment", "invoice", "courier will", "paket", "colis", "paquete",
	"택배", "배송", "주문", "voicemail", "voice message", "your sms", "상품", "결제", "包裹", "快递", "快遞", "订单", "荷物", "宅配", "配達", "ご注文", "your fax", "посылк",
};

#define LIST(x) { x, ARRAY_LEN(x) }
static const struct { const char *const *v; size_t n; } tables[] = {
	[WORDS_FAILED] = LIST(failed), [WORDS_DELAYED] = LIST(delayed), [WORDS_FOR_GOOD] = LIST(for_good),
	[WORDS_DELIVERED] = LIST(delivered), [WORDS_RELAYED] = LIST(relayed), [WORDS_DAEMON] = LIST(daemons), [WORDS_SUBJECT] = LIST(subjects), [WORDS_TOLD] = LIST(told), [WORDS_TO] = LIST(to),
	[WORDS_OTHER] = LIST(other), [WORDS_RETURNED] = LIST(returned), [WORDS_AWAY_SUBJECT] = LIST(away_subject),
	[WORDS_AWAY_TEXT] = LIST(away_text), [WORDS_GUARD_WHO] = LIST(guard_who), [WORDS_GUARD_DO] = LIST(guard_do),
	[WORDS_GUARD_THEN] = LIST(guard_then), [WORDS_LIST] = LIST(lists), [WORDS_COMPLAINT] = LIST(complaints),
	[WORDS_EXPIRED] = LIST(expired), [WORDS_MAIL] = LIST(of_mail), [WORDS_GOODS] = LIST(goods),
	[WORDS_YOURS] = LIST(yours), [WORDS_AUTO] = LIST(autos), [WORDS_GUARD_SUBJECT] = LIST(guard_subject),
};

bool words_in(struct slice low, enum words which)
{
	for (size_t i = 0; i < tables[which].n; i++)
		if (sl_search(low, sl(tables[which].v[i])) >= 0)
			return true;
	return false;
}

bool words_are(struct slice low, enum words which)
{
	for (size_t i = 0; i < tables[which].n; i++)
		if (sl_is(low, tables[which].v[i]))
			return true;
	return false;
}

bool words_end(struct slice low, enum words which)
{
	for (size_t i = 0; i < tables[which].n; i++) {
		struct slice word = sl(tables[which].v[i]);
		size_t before = low.n - MIN(low.n, word.n);

		if (low.n < word.n || !sl_eq(sl_skip(low, before), word))
			continue;
		if (before == 0 || !ascii_isalnum((unsigned char)low.p[before - 1]) || !ascii_isalnum((unsigned char)word.p[0]))
			return true;
	}
	return false;
}
