/** The slice of a pino logger that remote nodes and node lists need. */
export interface RemoteLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}
