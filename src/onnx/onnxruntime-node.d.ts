// onnxruntime-node 1.16.3 ships no typings of its own; its interface is the part of onnxruntime-web's that both share.
declare module 'onnxruntime-node' {
  export * from 'onnxruntime-web';
}
