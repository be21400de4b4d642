// Browsers start no worker from a file. Opened from a folder, a page runs the worker of its search in a hidden frame
// instead: this is the part of the interface of Worker that the search uses.
if (location.protocol === "file:") {
  let workers = 0;
  window.Worker = class extends EventTarget {
    constructor(script) {
      super();
      const name = `frame-worker-${workers++}`;
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      this.waiting = [];
      // What the worker's own code calls: postMessage speaks to the page, importScripts adds scripts in order.
      this.frame.srcdoc = `<script>
        window.postMessage = data => parent.dispatchEvent(new MessageEvent("${name}", { data }));
        window.importScripts = (...urls) => urls.reduce((before, url) => before.then(() => new Promise((done, failed) => {
          const element = document.createElement("script");
          Object.assign(element, { src: url, onload: done, onerror: failed });
          document.body.append(element);
        })), Promise.resolve());
      <\/script><body><script src="${script}"><\/script>`;
      window.addEventListener(name, event => {
        const heard = new MessageEvent("message", { data: event.data });
        this.dispatchEvent(heard);
        this.onmessage?.(heard);
      });
      this.frame.addEventListener("load", () => {
        this.loaded = true;
        this.waiting.splice(0).forEach(data => this.postMessage(data));
      });
      document.documentElement.append(this.frame);
    }

    postMessage(data) {
      if (this.loaded) this.frame.contentWindow.dispatchEvent(new MessageEvent("message", { data }));
      else this.waiting.push(data);
    }

    terminate() {
      this.frame.remove();
    }
  };
}
