// Goal: a site that asks everybody to sign in lets in whoever may, shows each role what it may do and nothing else, and leads
// whoever has left back to the door. Method: a gateway on its first start, the token that it printed, and a real Chromium.
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessibilityFaults } from '../support/accessibility.ts';
import { buildPage, openBrowser } from '../support/browser.ts';
import { requireProgram } from '../support/programs.ts';
import { type SmallSite, startSmallSite } from '../support/small-site.ts';

const chromium = requireProgram('chromium');
const soon = { timeout: 20_000 };
const password = 'ten letters and more';
const roles = ['viewer', 'operator', 'energyManager', 'admin'] as const;
const forAdmins = ['.users', '.tokens', '.sessions', '.audit'];

chromium.describe('a site that asks everybody to sign in', () => {
  let site: SmallSite;
  let browser: Browser;
  let token: string;

  beforeAll(async () => {
    buildPage();
    site = await startSmallSite(0, 'token');
    browser = await openBrowser(chromium.path);
    const printed = /^ {2}(\S+)$/m.exec(site.gateway.out());
    token = readFileSync(printed?.[1] ?? '', 'utf8').trim();
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await site.stop();
  });

  const open = async (language: 'zh-CN' | 'en-GB' = 'en-GB'): Promise<Page> => {
    const context = await browser.newContext({ locale: language });
    const page = await context.newPage();
    await page.goto(`${site.gateway.url}#/access`);
    await page.locator('form.sign-in').waitFor();
    return page;
  };

  const signIn = async (page: Page, name: string, secret: string): Promise<void> => {
    await page.fill('input[autocomplete="username"]', name);
    await page.fill('input[autocomplete="current-password"]', secret);
    await page.click('form.sign-in button[type="submit"]');
  };

  const asAdmin = async (): Promise<Page> => {
    const page = await open();
    await page.click('form.sign-in button.quiet');
    await page.fill('form.sign-in input[type="password"]', token);
    await page.keyboard.press('Enter');
    await page.locator('.users').waitFor();
    return page;
  };

  const close = (page: Page): Promise<void> => page.context().close();

  it('shows a stranger the door and nothing of the plant, in both languages', async () => {
    for (const language of ['en-GB', 'zh-CN'] as const) {
      const page = await open(language);
      expect(await accessibilityFaults(page)).toEqual([]);
      const text = (await page.locator('body').textContent()) ?? '';
      expect(text).not.toContain(language === 'zh-CN' ? '乳品厂' : 'Dairy');
      await page.click('#language');
      const other = (await page.locator('form.sign-in').textContent()) ?? '';
      expect(/\p{Script=Han}/u.test(other)).toBe(language === 'en-GB');
      await close(page);
    }
    expect((await fetch(new URL('api/v1/points', site.gateway.url))).status).toBe(401);
  });

  it('says in words why somebody is not let in', async () => {
    const page = await open();
    await signIn(page, 'nobody', 'not the password');
    await expect.poll(() => page.locator('.failure').textContent(), soon).toMatch(/\w{3,}/);
    await close(page);
  });

  it('lets the first admin in by the token that it printed, who makes users of every role', async () => {
    const page = await asAdmin();
    for (const role of roles) {
      await page.fill('.users form input[autocomplete="off"]', `the-${role}`);
      await page.selectOption('.users form select', role);
      await page.fill('.users form input[type="password"]', password);
      await page.click('.users form button[type="submit"]');
      await page.locator(`[data-user="the-${role}"]`).waitFor();
    }
    expect(await accessibilityFaults(page)).toEqual([]);
    await close(page);
  });

  it.each(roles)('shows %s what the role may do, and nothing else', async (role) => {
    const page = await open();
    await signIn(page, `the-${role}`, password);
    await page.locator('[data-own]').waitFor();
    expect(await page.locator('#user').textContent()).toBe(`the-${role}`);
    for (const section of forAdmins) {
      const expected = role === 'admin' ? 1 : 0;
      await expect.poll(() => page.locator(section).count(), soon).toBe(expected);
    }
    // The plant is there for all of them.
    await page.click('nav a[data-view="equipment"]');
    await expect
      .poll(() => page.locator('[data-point$="/voltage"]').textContent(), soon)
      .toBe('231.5');
    // Whoever has left is at the door again, and so is whoever goes back to the page.
    await page.click('#sign-out');
    await page.locator('form.sign-in').waitFor();
    await page.reload();
    await page.locator('form.sign-in').waitFor();
    await close(page);
  });

  it('leads whoever is disabled back to the door, without waiting for a click', async () => {
    const viewer = await open();
    await signIn(viewer, 'the-viewer', password);
    await viewer.locator('[data-own]').waitFor();
    const admin = await asAdmin();
    await admin.locator('[data-user="the-viewer"] button').first().click();
    await viewer.locator('form.sign-in').waitFor(soon);
    await signIn(viewer, 'the-viewer', password);
    await viewer.locator('.failure').waitFor();
    await close(viewer);
    await close(admin);
  });

  it('shows a token once, and lets a machine in by it until it is removed', async () => {
    const page = await asAdmin();
    await page.fill('.tokens form input[maxlength="64"]', 'scada');
    await page.click('.tokens form button[type="submit"]');
    const secret = (await page.locator('[data-secret]').textContent()) ?? '';
    const ask = async (): Promise<number> => {
      const headers = { authorization: `Bearer ${secret}` };
      return (await fetch(new URL('api/v1/points', site.gateway.url), { headers })).status;
    };
    expect(await ask()).toBe(200);
    await page.reload();
    const row = page.locator('[data-token="scada"]');
    await row.waitFor();
    expect(await page.locator('[data-secret]').count()).toBe(0);
    await row.locator('button').click();
    await row.locator('button.risky').click();
    await expect.poll(ask, soon).toBe(401);
    await close(page);
  });

  it('tells an admin what was done, refused ones as well, and that nothing of it was changed', async () => {
    const page = await asAdmin();
    await page.locator('.audit tbody tr').first().waitFor();
    const text = (await page.locator('.audit').textContent()) ?? '';
    expect(text).toContain('the-viewer');
    expect(text).toMatch(/The chain of all \d+ entries holds\./);
    await page.click('#language');
    expect(await page.locator('.audit p').first().textContent()).toMatch(/哈希链完整/);
    await close(page);
  });
});
