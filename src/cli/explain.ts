import { ConfigError } from '../config/config.ts'
import { TlsFilesError } from '../http/transport/tls.ts'
import { DatabaseOpenError, UnfinishedCopyError } from '../server/open-storage.ts'
import { SecretFileError } from '../server/secret.ts'
import { ForeignSecretError } from '../server/secret-rotation.ts'
import { WorkerFailure } from '../server/workers/worker-messages.ts'
import { NewerDatabaseError } from '../storage/migrate.ts'
import { DatabaseInUseError } from '../storage/sqlite/database-lock.ts'
import { ProfileError } from '../tools/captcha/profile.ts'

/** One line for the operator that names the setting to check. */
export function explain(error: unknown): string {
  if (error instanceof ConfigError) return `配置有误 · invalid setting: ${error.message}`
  if (error instanceof TlsFilesError) return `证书有误 · invalid setting: ${error.message}`
  if (error instanceof DatabaseOpenError) return `无法打开数据库 · DATABASE_URL: ${firstLine(error.message)}`
  if (error instanceof ProfileError) return `配置有误 · invalid setting: SCHOOL_CAPTCHA_PROFILE: ${error.message}`
  if (error instanceof ForeignSecretError) return `密钥不符 · invalid setting: ${error.message}`
  if (error instanceof SecretFileError) return `密钥文件有误 · SECRET: ${error.message}`
  if (error instanceof UnfinishedCopyError) return `数据迁移未完成 · DATABASE_URL: ${error.message}`
  if (error instanceof DatabaseInUseError) return `数据库使用中 · DATABASE_URL: ${error.message}`
  if (error instanceof NewerDatabaseError) {
    return `数据库版本较新 · DATABASE_URL: the database was made by a newer version: ${error.message}`
  }
  if (error instanceof WorkerFailure) return error.message
  const { code, message = String(error) } = error as NodeJS.ErrnoException
  const line = firstLine(message) || code || 'unknown'
  if (code === 'EADDRINUSE') return taken(error as { address?: string; port?: number })
  if (code === 'EACCES' && 'port' in (error as object)) return `没有权限 · PORT: ports below 1024 require root: ${line}`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `无法监听 · HOST: ${line}`
  if (code === 'ERR_SQLITE_ERROR' || code === 'ECONNREFUSED' || /^(28|3D)/.test(code ?? '')) {
    return `无法打开数据库 · DATABASE_URL: ${line}`
  }
  return `启动失败 · cannot start: ${line}`
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? ''
}

function taken({ address = '', port = 0 }: { address?: string; port?: number }): string {
  return `端口被占用 · PORT: ${address}:${port} is already in use; stop that program, or use another port: PORT=${port + 1} npm start`
}
