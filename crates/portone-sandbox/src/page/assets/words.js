// What the windows say, in Korean and English, and what there is to choose from.
//
// @ts-check
window.sandboxWords = {
  ko: {
    lang: 'ko', test: '시험 결제', testNote: '실제로 돈이 나가지 않는 모의 결제창입니다.', shop: '상점', order: '주문', amount: '결제 금액',
    pay: '결제하기', issue: '카드 등록하기', account: '계좌 발급받기', cancel: '취소', processing: '처리하고 있습니다…',
    CARD: '신용·체크카드', TRANSFER: '실시간 계좌이체', VIRTUAL_ACCOUNT: '가상계좌', MOBILE: '휴대폰 결제', EASY_PAY: '간편결제',
    BILLING: '정기결제 카드 등록', cardCompany: '카드사', bank: '은행', carrier: '통신사', wallet: '간편결제 수단',
    installment: '할부', lump: '일시불', months: '개월', free: '무이자',
    outcome: '시험할 결과', outcomeNote: '고른 결과가 그대로 일어납니다.', approved: '정상 승인', putOff: '나중에 입금 (대기)',
    agreeAll: '결제 진행 필수 동의', agreeNote: '전자금융거래 이용약관, 개인정보 수집·이용과 제공',
    receipt: '현금영수증', none: '발급 안 함', PERSONAL: '소득공제용', CORPORATE: '지출증빙용', ANONYMOUS: '자진발급',
    identifier: '휴대폰 또는 사업자 번호', due: '입금 기한', phone: '휴대폰 번호', identity: '휴대폰 본인확인',
    identityNote: '처음 한 번만 확인합니다.', code: '인증번호', codeNote: '시험이므로 아무 숫자 여섯 자리', confirm: '확인',
    cardNumber: '카드 번호', cardNumberNote: '시험 카드 번호만 쓰세요.', must: '필수 동의에 체크해 주세요.', left: '구매자가 결제를 취소하였습니다',
    broken: '결제를 진행할 수 없습니다', retry: '다시 시도', offer: '제공 기간', money: '지갑에서 낼 수단', CHARGE: '충전금', email: '이메일',
    country: '국가', methods: '결제 수단', testMethod: '시험 수단', global: '해외카드 (VISA·Master·JCB)', legacy: '구인증', keyin: '키인',
    domestic: '국내카드', name: '구매자',
  },
  en: {
    lang: 'en', test: 'Test payment', testNote: 'A simulated window. No money moves.', shop: 'Shop', order: 'Order', amount: 'Amount',
    pay: 'Pay', issue: 'Register card', account: 'Get an account', cancel: 'Cancel', processing: 'Working on it…',
    CARD: 'Card', TRANSFER: 'Account transfer', VIRTUAL_ACCOUNT: 'Virtual account', MOBILE: 'Carrier billing', EASY_PAY: 'Easy pay',
    BILLING: 'Register a card', cardCompany: 'Card company', bank: 'Bank', carrier: 'Carrier', wallet: 'Wallet',
    installment: 'Instalments', lump: 'Pay in full', months: ' months', free: 'interest-free',
    outcome: 'Outcome to test', outcomeNote: 'Exactly what you choose will happen.', approved: 'Approved', putOff: 'Left pending',
    agreeAll: 'I agree to the required terms', agreeNote: 'Electronic payment terms, collection and use of personal data',
    receipt: 'Cash receipt', none: 'None', PERSONAL: 'Personal', CORPORATE: 'Business', ANONYMOUS: 'Anonymous',
    identifier: 'Phone or business number', due: 'Pay until', phone: 'Phone number', identity: 'Phone verification',
    identityNote: 'Asked once per customer.', code: 'Code', codeNote: 'A test: any six digits', confirm: 'Confirm',
    cardNumber: 'Card number', cardNumberNote: 'Use test card numbers only.', must: 'Please agree to the required terms.', left: 'The buyer cancelled the payment',
    broken: 'The payment cannot go on', retry: 'Try again', offer: 'Service period', money: 'Paid from', CHARGE: 'Balance', email: 'E-mail',
    country: 'Country', methods: 'Payment methods', testMethod: 'Test method', global: 'Foreign card (VISA, Master, JCB)', legacy: 'Password sign-in', keyin: 'Key-in',
    domestic: 'Korean card', name: 'Buyer',
  },
};

window.sandboxChoices = {
  cards: [
    ['SHINHAN_CARD', '신한', 'Shinhan'], ['KOOKMIN_CARD', 'KB국민', 'KB'], ['SAMSUNG_CARD', '삼성', 'Samsung'],
    ['HYUNDAI_CARD', '현대', 'Hyundai'], ['LOTTE_CARD', '롯데', 'Lotte'], ['BC_CARD', 'BC', 'BC'],
    ['HANA_CARD', '하나', 'Hana'], ['WOORI_CARD', '우리', 'Woori'], ['NH_CARD', 'NH농협', 'NH'],
    ['CITI_CARD', '씨티', 'Citi'], ['KAKAO_BANK', '카카오뱅크', 'KakaoBank'], ['JEONBUK_CARD', '전북', 'Jeonbuk'],
  ],
  foreign: [['VISA', 'VISA', 'VISA'], ['MASTER', 'Mastercard', 'Mastercard'], ['JCB', 'JCB', 'JCB']],
  banks: [
    ['SHINHAN_BANK', '신한', 'Shinhan'], ['KOOKMIN_BANK', '국민', 'Kookmin'], ['WOORI_BANK', '우리', 'Woori'],
    ['HANA_BANK', '하나', 'Hana'], ['NH_NONGHYUP_BANK', '농협', 'NH'], ['INDUSTRIAL_BANK_OF_KOREA', '기업', 'IBK'],
    ['SUHYUP_BANK', '수협', 'Suhyup'], ['BUSAN_BANK', '부산', 'Busan'], ['KYONGNAM_BANK', '경남', 'Kyongnam'],
    ['GWANGJU_BANK', '광주', 'Gwangju'], ['EPOST', '우체국', 'Post'], ['K_BANK', '케이뱅크', 'K bank'],
  ],
  carriers: [['SKT', 'SKT', 'SKT'], ['KT', 'KT', 'KT'], ['LGU', 'LG U+', 'LG U+'], ['HELLO', '알뜰폰', 'MVNO']],
  wallets: [
    ['KAKAOPAY', '카카오페이', 'Kakao Pay'], ['NAVERPAY', '네이버페이', 'Naver Pay'], ['TOSSPAY', '토스페이', 'Toss Pay'],
    ['PAYCO', '페이코', 'PAYCO'], ['SAMSUNGPAY', '삼성페이', 'Samsung Pay'], ['LPAY', 'L.PAY', 'L.PAY'],
  ],
  systems: [
    ['all', '모든 수단', 'All methods'], ['cc', '신용카드', 'Credit card'], ['paypal', 'PayPal', 'PayPal'],
    ['kakaopaykr', '카카오페이', 'KakaoPay'], ['mobiamo', '휴대폰', 'Mobile carrier'], ['test', '시험 수단', 'Test method'],
  ],
  // The numbers are those of the table in docs/sandbox.md.
  failures: [
    ['4000000000000002', '카드사 승인 거절', 'Declined by the issuer'], ['4000000000000010', '한도 초과', 'Limit exceeded'],
    ['4000000000000028', '잔액 부족', 'Insufficient funds'], ['4000000000000036', '유효기간 지남', 'Expired card'],
    ['4000000000000044', '분실·도난 카드', 'Lost or stolen'], ['4000000000000051', '생년월일·사업자번호 불일치', 'Wrong birth date or business number'],
    ['4000000000000069', '비밀번호 불일치', 'Wrong password'], ['4000000000000077', '지원하지 않는 카드', 'Card not supported'],
    ['4000000000000085', '거래 정지 카드', 'Card suspended'], ['4000000000000093', '카드사 점검 중', 'Issuer unavailable'],
  ],
};
