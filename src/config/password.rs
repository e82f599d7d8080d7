//! Password hashes: Argon2id in PHC form.

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

/// Memory in KiB, passes, lanes: the second choice of OWASP's password storage cheat sheet, which a small server
/// still manages at every call.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A fresh hash with a random salt, for `kontor user hash`.
pub(crate) fn hash(password: &str) -> Result<String, String> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|e| e.to_string())?;
    let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).map_err(|e| e.to_string())?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = hasher.hash_password(password.as_bytes(), &salt).map_err(|e| e.to_string())?;
    Ok(hash.to_string())
}

/// What checking a password against a hash costs: bytes of memory, passed over so many times. 0 for what is no hash.
pub(crate) fn cost(hash: &str) -> u64 {
    let params = PasswordHash::new(hash).ok().and_then(|hash| Params::try_from(&hash).ok());
    params.map_or(0, |params| u64::from(params.m_cost()).saturating_mul(u64::from(params.t_cost())))
}

/// Whether a hash is that of this password.
pub(super) fn fits(hash: &str, password: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// Why a text is not a usable hash. Does not repeat the text: it may be the password itself.
pub(super) fn check(text: &str) -> Result<(), String> {
    let remedy = "`kontor user hash` prints one";
    let hash = PasswordHash::new(text).map_err(|e| format!("not a password hash in PHC form ({e}); {remedy}"))?;
    if hash.algorithm != argon2::ARGON2ID_IDENT {
        return Err(format!("algorithm \"{}\" is not supported, expected argon2id; {remedy}", hash.algorithm));
    }
    if hash.salt.is_none() || hash.hash.is_none() {
        return Err(format!("the hash is cut off, salt or digest is missing; {remedy}"));
    }
    Params::try_from(&hash).map_err(|e| format!("the parameters of the hash are not usable ({e}); {remedy}"))?;
    Ok(())
}
