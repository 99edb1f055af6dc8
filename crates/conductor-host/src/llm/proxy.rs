//! Which proxy of the user's environment a model is asked through, if any: by the variables that all programs have for
//! it. Where the same is set twice, the name in small letters counts, as with curl.

use std::ffi::OsStr;
use std::net::IpAddr;

use ureq::Proxy;
use ureq::http::Uri;

use super::target::TargetError;
use crate::process::EnvMap;

/// A proxy, and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Through {
    proxy: Proxy,
}

impl Through {
    /// The proxy for an address; `None` where it is asked directly: because none is set, because `NO_PROXY` names the host,
    /// or because it is this machine, which no proxy could find.
    pub(super) fn of(url: &str, env: &EnvMap) -> Result<Option<Self>, TargetError> {
        let Ok(uri) = url.parse::<Uri>() else { return Ok(None) };
        let Some(host) = uri.host() else { return Ok(None) };
        let host = bare(host);
        let encrypted = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if encrypted { 443 } else { 80 });
        if is_here(host) || is_spared(host, port, env) {
            return Ok(None);
        }
        let own = if encrypted { "HTTPS_PROXY" } else { "HTTP_PROXY" };
        let Some((variable, text)) = set(own, env).or_else(|| set("ALL_PROXY", env)) else { return Ok(None) };
        // A proxy that cannot be used is no reason to go around it. Its address may hold a password.
        let proxy = Proxy::new(text).map_err(|_| TargetError::Proxy { variable })?;
        Ok(Some(Self { proxy }))
    }

    pub(super) fn proxy(&self) -> Proxy {
        self.proxy.clone()
    }

    /// Host and port, for people.
    pub fn place(&self) -> String {
        format!("{}:{}", self.proxy.host(), self.proxy.port())
    }
}

/// Whether a host is this machine.
pub(super) fn is_here(host: &str) -> bool {
    let host = bare(host).trim_end_matches('.').to_ascii_lowercase();
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

/// Without the brackets of an address of IPv6.
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// The value of a variable in small letters, else in large ones. An empty one is as good as none, in either.
fn set<'e>(name: &str, env: &'e EnvMap) -> Option<(String, &'e str)> {
    let value = |name: String| {
        let value = env.get(OsStr::new(&name))?.to_str()?;
        Some((name, value.trim()))
    };
    let (name, text) = value(name.to_ascii_lowercase()).or_else(|| value(name.to_owned()))?;
    (!text.is_empty()).then_some((name, text))
}

/// Whether `NO_PROXY` names the host.
fn is_spared(host: &str, port: u16, env: &EnvMap) -> bool {
    let Some((_, list)) = set("NO_PROXY", env) else { return false };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let entries = list.split([',', ' ', '\t']).map(str::trim).filter(|entry| !entry.is_empty());
    entries.map(str::to_ascii_lowercase).any(|entry| names(&entry, &host, port))
}

/// Whether an entry of the list names a host: itself or what is below it by its name, its address, or the network that
/// it is in; all of them where the entry is a star. An entry with a port is for that one alone.
fn names(entry: &str, host: &str, port: u16) -> bool {
    if entry == "*" {
        return true;
    }
    let address = host.parse::<IpAddr>().ok();
    if let (Some((network, bits)), Some(address)) = (entry.split_once('/'), address) {
        let network = bare(network).parse::<IpAddr>();
        return network.is_ok_and(|network| bits.parse().is_ok_and(|bits| is_in(address, network, bits)));
    }
    let (name, only) = with_port(entry);
    if only.is_some_and(|only| only != port) {
        return false;
    }
    if let (Ok(named), Some(address)) = (bare(name).parse::<IpAddr>(), address) {
        return named == address;
    }
    let name = name.strip_prefix('*').unwrap_or(name);
    let name = name.trim_start_matches('.').trim_end_matches('.');
    !name.is_empty() && (host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.')))
}

/// Host and port of an entry. What has several colons and no brackets is an address of IPv6.
fn with_port(entry: &str) -> (&str, Option<u16>) {
    match entry.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => match port.parse() {
            Ok(port) => (host, Some(port)),
            Err(_) => (entry, None),
        },
        Some(_) | None => (entry, None),
    }
}

/// Whether the first bits of both are the same.
fn is_in(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    let (address, network, width) = match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(n)) => (u128::from(a.to_bits()), u128::from(n.to_bits()), 32_u32),
        (IpAddr::V6(a), IpAddr::V6(n)) => (a.to_bits(), n.to_bits(), 128),
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
    };
    let Some(rest) = width.checked_sub(bits) else { return false };
    address.checked_shr(rest).unwrap_or(0) == network.checked_shr(rest).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(url: &str, env: &[(&str, &str)]) -> String {
        let env = env.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        match Through::of(url, &env) {
            Ok(Some(through)) => through.place(),
            Ok(None) => "direct".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_variable_for_the_scheme_comes_before_the_one_for_all() {
        let all =
            [("HTTP_PROXY", "http://plain:1"), ("HTTPS_PROXY", "secure:2"), ("all_proxy", "socks5h://any:3")];
        assert_eq!(through("https://a.test/v1", &all), "secure:2");
        assert_eq!(through("http://a.test/v1", &all), "plain:1");
        assert_eq!(through("https://a.test", &all[2..]), "any:3");
        assert_eq!(through("https://a.test", &all[..1]), "direct");
        let twice = [("HTTPS_PROXY", "http://large:1"), ("https_proxy", "http://small:2")];
        assert_eq!(through("https://a.test", &twice), "small:2");
        assert_eq!(
            through("https://a.test", &[("https_proxy", ""), ("HTTPS_PROXY", "http://large:1")]),
            "direct"
        );
        assert_eq!(through("https://a.test", &[("HTTPS_PROXY", "http://me:pw@large")]), "large:80");
    }

    #[test]
    fn a_proxy_that_is_none_is_not_gone_around() {
        for odd in ["http://", "gopher://me:hush@x", "not an address"] {
            let told = through("https://a.test", &[("HTTPS_PROXY", odd)]);
            assert!(
                told.starts_with("what HTTPS_PROXY holds is no address of a proxy") && !told.contains("hush"),
                "{told}"
            );
        }
    }

    #[test]
    fn this_machine_is_never_asked_through_a_proxy() {
        let all = [("ALL_PROXY", "http://p:1")];
        for here in [
            "http://localhost:1/v1",
            "https://LOCALHOST",
            "http://x.localhost",
            "http://127.8.8.8:1",
            "http://[::1]:1",
        ] {
            assert_eq!(through(here, &all), "direct", "{here}");
        }
        for other in ["http://localhost.test", "http://128.0.0.1", "http://notlocalhost"] {
            assert_eq!(through(other, &all), "p:1", "{other}");
        }
    }

    #[test]
    fn hosts_are_spared_by_name_address_network_and_port() {
        let cases = [
            ("a.test", "https://a.test", true),
            ("a.test", "https://b.a.test.", true),
            ("a.test", "https://ba.test", false),
            (".a.test", "https://b.a.test", true),
            ("*.a.test", "https://b.a.test", true),
            ("A.TEST", "https://a.Test", true),
            ("x, a.test", "https://a.test", true),
            ("x a.test", "https://a.test", true),
            ("a.test:443", "https://a.test", true),
            ("a.test:8443", "https://a.test", false),
            ("a.test:8443", "https://a.test:8443/v1", true),
            ("*", "https://a.test", true),
            ("10.1.2.3", "https://10.1.2.3", true),
            ("10.0.0.0/8", "https://10.1.2.3", true),
            ("10.0.0.0/8", "https://11.1.2.3", false),
            ("0.0.0.0/0", "https://11.1.2.3", true),
            ("fd00::/8", "https://[fd12::1]", true),
            ("[fd12::1]:443", "https://[fd12::1]", true),
            ("fd12::1", "https://[fd12::1]", true),
            ("10.0.0.0/99", "https://10.1.2.3", false),
            ("10.0.0.0/8", "https://a.test", false),
            (".", "https://a.test", false),
            ("", "https://a.test", false),
        ];
        for (list, url, spared) in cases {
            for name in ["NO_PROXY", "no_proxy"] {
                let told = through(url, &[("HTTPS_PROXY", "http://p:1"), (name, list)]);
                assert_eq!(told == "direct", spared, "{list:?} {url}");
            }
        }
    }
}
