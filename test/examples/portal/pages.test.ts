import { expect, it } from 'vitest'
import { login } from '../../flow/house.ts'
import { describeWith } from '../programs.ts'
import { openHouse } from './open-house.ts'
import { phoneAt } from './scan.ts'
import { faultsOf } from './page-check.ts'
import { layoutShifts } from './referees.ts'
import { rolesIn } from './roles.ts'
import { typeNumber } from './text-messages.ts'
import type { Visitor } from './visitor.ts'

describeWith(
  ['chromium', 'zbarimg', 'oathtool'],
  'every page of the portal in Chromium: axe in light and dark, narrow windows, nothing that moves',
  () => {
    const house = openHouse()
    const { nobody, atTheCode, toEnroll, newcomer, member, staff } = rolesIn(house)

    const locked = async (): Promise<Visitor> => {
      const account = await house.accounts.addEnrolled()
      for (let wrong = 0; wrong < 5; wrong++)
        await login(house.twoFactor, account.userId, account.phone.wrongCode())
      const ada = await nobody()
      await ada.typePassword(account)
      return ada
    }
    const atThePanel = async (): Promise<Visitor> => (await nobody()).tab(house.portal.panelOrigin)
    const atTheCodeOfThePanel = async (): Promise<Visitor> => {
      const ada = await atThePanel()
      await ada.typePassword(await house.accounts.addEnrolled())
      return ada
    }
    const inThePanel = async (): Promise<Visitor> => {
      const ada = await atThePanel()
      await ada.typePassword(await house.accounts.add())
      return ada
    }
    const withRecord = async (ada: Visitor): Promise<void> => {
      await ada.type({ Name: 'www', Value: '192.0.2.10' })
      await ada.press('Add record')
      await ada.sees('The record www was added.')
    }
    const customer = { 'E-mail address': 'ben@example.com', 'Reason': 'Called back' }

    // Each as it is opened and as it is after something went wrong: who, where, what they do there,
    // and the heading of what they then see.
    type Act = (ada: Visitor) => Promise<void>
    const stay: Act = async () => undefined
    const typing =
      (fields: Record<string, string>, button: string): Act =>
      async (ada) => {
        await ada.type(fields)
        await ada.press(button)
      }
    const pages: [
      who: () => Promise<Visitor>,
      path: string,
      what: string,
      act: Act,
      heading: string,
    ][] = [
      [nobody, '/sign-up', 'opened', stay, 'Create your account'],
      [
        nobody,
        '/sign-up',
        'rejected',
        typing({ Name: 'Ada', Password: 'short' }, 'Create account'),
        'Create your account',
      ],
      [nobody, '/login', 'opened', stay, 'Log in'],
      [
        nobody,
        '/login',
        'rejected',
        typing({ 'E-mail address': 'nobody@example.com', 'Password': 'wrong' }, 'Log in'),
        'Log in',
      ],
      [nobody, '/login/code', 'too late', stay, 'Log in'],
      [atTheCode, '/login/code', 'opened', stay, 'Two-factor code'],
      [atTheCode, '/login/code', 'wrong', (ada) => ada.typeCode('000000'), 'Two-factor code'],
      [
        atTheCode,
        '/login/code',
        'message sent',
        (ada) => ada.press(/^Send SMS code/),
        'Two-factor code',
      ],
      [
        atTheCode,
        '/login/code',
        'too soon',
        (ada) => ada.press(/^Send SMS code/),
        'Two-factor code',
      ],
      [locked, '/login/code', 'locked', (ada) => ada.typeCode('000000'), 'Two-factor code'],
      [atTheCode, '/login/code?with=backup', 'opened', stay, 'Two-factor code'],
      [
        atTheCode,
        '/login/code?with=backup',
        'rejected',
        typing({ 'Backup code': 'wrong' }, 'Continue'),
        'Two-factor code',
      ],
      [toEnroll, '/login/enroll', 'opened', stay, 'Set up two-factor'],
      [toEnroll, '/login/enroll/totp', 'opened', stay, 'Scan the QR code'],
      [toEnroll, '/login/enroll/sms', 'opened', stay, 'Add a phone number'],
      [
        toEnroll,
        '/login/enroll/sms',
        'rejected',
        typing({ 'Phone number': '12' }, 'Send code'),
        'Add a phone number',
      ],
      [
        toEnroll,
        '/login/enroll/sms',
        'message sent',
        (ada) => typeNumber(ada, '015144445678'),
        'Confirm your number',
      ],
      [
        toEnroll,
        '/login/enroll/sms/confirm',
        'wrong code',
        (ada) => ada.typeCode('000000', 'Confirm'),
        'Confirm your number',
      ],
      [newcomer, '/overview', 'without a factor', stay, 'Overview'],
      [member, '/overview', 'with warnings', stay, 'Overview'],
      [newcomer, '/security', 'off', stay, 'Security'],
      [member, '/security', 'on', stay, 'Security'],
      [newcomer, '/security/enable', 'opened', stay, 'Turn on two-factor'],
      [newcomer, '/security/totp', 'opened', stay, 'Scan the QR code'],
      [
        newcomer,
        '/security/totp',
        'wrong code',
        typing({ Code: '000000' }, 'Confirm'),
        'Scan the QR code',
      ],
      [
        newcomer,
        '/security/totp',
        'clock off',
        async (ada) => typing({ Code: (await phoneAt(ada, house.clock)).code(-8) }, 'Confirm')(ada),
        'Scan the QR code',
      ],
      [
        toEnroll,
        '/login/enroll/totp',
        'confirmed',
        async (ada) => typing({ Code: (await phoneAt(ada, house.clock)).code() }, 'Confirm')(ada),
        'Save your backup codes',
      ],
      [
        member,
        '/security',
        'asked for a code',
        (ada) => ada.press('Turn off two-factor'),
        'Confirm it is you',
      ],
      [
        member,
        '/security/verify',
        'wrong code',
        (ada) => ada.typeCode('000000'),
        'Confirm it is you',
      ],
      [newcomer, '/security/sms', 'opened', stay, 'Add a phone number'],
      [
        newcomer,
        '/security/sms',
        'rejected',
        typing({ 'Phone number': '12' }, 'Send code'),
        'Add a phone number',
      ],
      [
        newcomer,
        '/security/sms',
        'message sent',
        (ada) => typeNumber(ada, '015133345678'),
        'Confirm your number',
      ],
      [
        newcomer,
        '/security/sms/confirm',
        'wrong code',
        (ada) => ada.typeCode('000000', 'Confirm'),
        'Confirm your number',
      ],
      [newcomer, '/confirm-password', 'opened', stay, 'Confirm your password'],
      [
        newcomer,
        '/confirm-password',
        'rejected',
        typing({ Password: 'wrong' }, 'Continue'),
        'Confirm your password',
      ],
      [newcomer, '/security/password', 'opened', stay, 'Change your password'],
      [
        newcomer,
        '/security/password',
        'rejected',
        typing({ 'Current password': 'wrong' }, 'Change password'),
        'Change your password',
      ],
      [newcomer, '/team', 'opened', stay, 'Team'],
      [
        newcomer,
        '/team',
        'rejected',
        typing({ Name: 'Mia', Password: 'short' }, 'Add member'),
        'Team',
      ],
      [
        newcomer,
        '/team',
        'member',
        typing(
          {
            'Name': 'Mia',
            'E-mail address': 'mia@example.com',
            'Password': 'correct horse battery',
          },
          'Add member',
        ),
        'Mia',
      ],
      [newcomer, '/team', 'with a member', stay, 'Team'],
      [newcomer, '/dns', 'empty', stay, 'DNS'],
      [newcomer, '/dns', 'with a record', withRecord, 'DNS'],
      [
        newcomer,
        '/dns',
        'rejected',
        typing({ Name: 'www', Value: 'elsewhere' }, 'Add record'),
        'DNS',
      ],
      [newcomer, '/support', 'refused', stay, 'Not for you'],
      [staff, '/support', 'opened', stay, 'Support'],
      [
        staff,
        '/support',
        'rejected',
        typing({ 'E-mail address': 'ben@example.com' }, 'Issue support code'),
        'Support',
      ],
      [staff, '/support', 'customer', typing(customer, 'Look up'), 'Ben Bitdiddle'],
      [
        staff,
        '/support',
        'code',
        async (ada) =>
          typing(
            {
              'E-mail address': (await house.accounts.addEnrolled()).email,
              'Reason': 'Called back',
            },
            'Issue support code',
          )(ada),
        'Support code',
      ],
      [nobody, '/phone', 'with messages', stay, 'Phone'],
      [nobody, '/outbox', 'with mails', stay, 'Outbox'],
      [nobody, '/help', 'opened', stay, 'Help: two-factor authentication'],
      [newcomer, '/nowhere', 'missing', stay, 'Page not found'],
      [atThePanel, '/login', 'panel', stay, 'Control panel: log in'],
      [
        atThePanel,
        '/login',
        'panel, rejected',
        typing({ 'E-mail address': 'nobody@example.com', 'Password': 'wrong' }, 'Log in'),
        'Control panel: log in',
      ],
      [atTheCodeOfThePanel, '/login/code', 'panel', stay, 'Two-factor code'],
      [inThePanel, '/', 'panel', stay, 'Control panel'],
    ]

    it.each([
      ['/login/code', atTheCode],
      ['/security/totp', newcomer],
    ] as const)('%s does not move while it loads on a phone', async (path, who) => {
      const ada = await who()
      await ada.page.setViewportSize({ width: 320, height: 640 })
      await ada.open(path)
      expect(await layoutShifts(ada.page)).toEqual([])
    })

    it('/security/totp shows on a phone what is wrong with the code, beside the code', async () => {
      const ada = await newcomer()
      await ada.page.setViewportSize({ width: 320, height: 640 })
      await ada.open('/security/totp')
      await ada.type({ Code: '000000' })
      await ada.press('Confirm')
      await ada.hasFocus('Code')
      expect(
        await ada.page.getByRole('alert').evaluate((alert) => alert.getBoundingClientRect().top),
      ).toBeGreaterThan(0)
      expect(
        await ada.page.getByRole('alert').evaluate((alert) => alert.getBoundingClientRect().bottom),
      ).toBeLessThan(640)
    })

    it.each(
      pages.map(([who, path, what, act, heading]) => [path, what, { who, act, heading }] as const),
    )('%s, %s', async (path, _what, { who, act, heading }) => {
      const ada = await who()
      await ada.open(path)
      await act(ada)
      await ada.on(heading)
      expect(await faultsOf(ada)).toEqual([])
    })
  },
)
