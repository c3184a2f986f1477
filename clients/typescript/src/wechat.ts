import type { Runtime, Socket, SocketFactory, TabStorage } from "./runtime.js";
import { platform } from "./runtime.js";

/** The part of a mini game's `wx` that is used. */
export interface Wx {
  connectSocket(options: { url: string; protocols: string[] }): WxSocketTask;
  getStorageSync(key: string): unknown;
  setStorageSync(key: string, value: string): void;
  removeStorageSync(key: string): void;
  onShow(listener: () => void): void;
  offShow(listener: () => void): void;
  onHide(listener: () => void): void;
  offHide(listener: () => void): void;
  onNetworkStatusChange?(listener: (status: { isConnected: boolean }) => void): void;
  offNetworkStatusChange?(listener: (status: { isConnected: boolean }) => void): void;
}

/** The part of a `SocketTask` that is used. */
export interface WxSocketTask {
  onOpen(listener: () => void): void;
  onMessage(listener: (message: { data: unknown }) => void): void;
  onClose(listener: (closed: { code?: number }) => void): void;
  onError(listener: (error: { errMsg?: string }) => void): void;
  send(options: { data: string }): void;
  close(options: { code?: number; reason?: string }): void;
}

/**
 * What a `Client` needs of a WeChat mini game: `new Client({ url, guest, ...wechat(wx) })`. Log in with a guest id
 * that is kept in the storage of the mini game, or with one that belongs to the player's `openid`.
 */
export function wechat(wx: Wx): { socket: SocketFactory; storage: TabStorage; runtime: Partial<Runtime> } {
  return {
    socket: (url, protocols) => new WxSocket(wx.connectSocket({ url, protocols })),
    storage: {
      getItem: (key) => {
        const value = wx.getStorageSync(key);
        // A key that is not there yields "".
        return typeof value === "string" && value !== "" ? value : null;
      },
      setItem: (key, value) => {
        wx.setStorageSync(key, value);
      },
      removeItem: (key) => {
        wx.removeStorageSync(key);
      },
    },
    runtime: { ...platform, onWake: (listener) => onWake(wx, listener), onLeave: (listener) => onHide(wx, listener) },
  };
}

function onWake(wx: Wx, listener: () => void): () => void {
  const changed = (status: { isConnected: boolean }) => {
    if (status.isConnected) listener();
  };
  wx.onShow(listener);
  wx.onNetworkStatusChange?.(changed);
  return () => {
    wx.offShow(listener);
    wx.offNetworkStatusChange?.(changed);
  };
}

function onHide(wx: Wx, listener: () => void): () => void {
  wx.onHide(listener);
  return () => {
    wx.offHide(listener);
  };
}

/** A `SocketTask` under the names of a WebSocket. */
class WxSocket implements Socket {
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  onerror: Socket["onerror"] = null;

  constructor(private readonly task: WxSocketTask) {
    task.onOpen(() => this.onopen?.({} as never));
    task.onMessage((message) => this.onmessage?.(message as never));
    task.onClose((closed) => this.onclose?.(closed as never));
    // An attempt that fails ends with an error alone: it counts as closed.
    task.onError(() => this.onclose?.({ code: 1006 } as never));
  }

  send(data: string): void {
    this.task.send({ data });
  }

  close(code?: number, reason?: string): void {
    this.task.close({ ...(code === undefined ? {} : { code }), ...(reason === undefined ? {} : { reason }) });
  }
}
