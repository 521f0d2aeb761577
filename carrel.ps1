# Starts Carrel on Windows; sets it up first when that has not been done or when what it is made of has changed.
#
# NOT RUN: this file was written with care beside the Linux script `carrel`, and nobody has run it on Windows yet.
# What it starts, the program itself, has been run by a Windows Python under Wine.
#
#   .\carrel.ps1 [...]              the program: the window, or a command for the terminal (--help lists them)
#   .\carrel.ps1 test [...]         its tests                .\carrel.ps1 check     linters, types, then the tests
#   .\carrel.ps1 setup [--engine-wheel FILE|URL|none] [--dev]
#   .\carrel.ps1 package            a program folder that needs no Python
#
# Where scripts are not allowed to run:  powershell -ExecutionPolicy Bypass -File carrel.ps1
# It needs Python 3.11 or newer (python.org or the Store) and, unless a ready engine is given with --engine-wheel,
# Visual Studio Build Tools with "Desktop development with C++". Works in Windows PowerShell 5.1 and PowerShell 7.

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot
$venvPython = Join-Path $root '.venv\Scripts\python.exe'
$asked = @($args)

function Stop-Carrel([string] $sentence, [int] $code = 1) {
    [Console]::Error.WriteLine($sentence)
    exit $code
}

# What a finished set-up depends on: the locks, the build recipe, the driver, the compiler for it, what the user asked.
function Get-SetupKey {
    $parts = New-Object System.Collections.Generic.List[string]
    $files = 'requirements.lock', 'requirements-dev.lock', 'installers\bootstrap.py', 'installers\engine.cmake',
        'installers\uv.lock', 'installers\build.lock'
    foreach ($file in $files) {
        $parts.Add((Get-FileHash -Algorithm SHA256 -LiteralPath (Join-Path $root $file)).Hash)
    }
    $driver = Join-Path $env:SystemRoot 'System32\nvml.dll'
    if (Test-Path -LiteralPath $driver) {
        $parts.Add((Get-Item -LiteralPath $driver).VersionInfo.FileVersion)
        $nvcc = Get-Command nvcc.exe -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
        if ($nvcc) { $parts.Add($nvcc.Path) }
    }
    $parts.Add("$env:CARREL_PYTHON")
    $parts.Add("$env:CARREL_ENGINE_WHEEL")
    $bytes = [Text.Encoding]::UTF8.GetBytes(($parts -join "`n"))
    $sha = [Security.Cryptography.SHA256]::Create()
    try { return ([BitConverter]::ToString($sha.ComputeHash($bytes)) -replace '-', '').ToLowerInvariant() }
    finally { $sha.Dispose() }
}

function Test-Current([string] $key, [bool] $dev) {
    $stamp = Join-Path $root '.setup\stamp'
    if (-not (Test-Path -LiteralPath $stamp) -or -not (Test-Path -LiteralPath $venvPython)) { return $false }
    $lines = @(Get-Content -LiteralPath $stamp)
    return ($lines.Count -ge 2) -and ($lines[0] -eq $key) -and (-not $dev -or $lines[1] -eq 'dev')
}

# The command of a Python that is new enough, as an array: the launcher takes the version as an argument.
function Find-Python {
    $candidates = @()
    if ($env:CARREL_PYTHON) { $candidates += , @($env:CARREL_PYTHON) }
    else {
        foreach ($minor in 13, 12, 11, 14) { $candidates += , @('py', "-3.$minor") }
        $candidates += , @('python')
        $candidates += , @('python3')
    }
    foreach ($candidate in $candidates) {
        $name = $candidate[0]
        $rest = @($candidate | Select-Object -Skip 1)
        if (-not (Get-Command $name -CommandType Application -ErrorAction SilentlyContinue)) { continue }
        # The Store's stand-in for python.exe exists without Python behind it: only a run tells.
        $previous = $ErrorActionPreference
        $ErrorActionPreference = 'SilentlyContinue'
        $global:LASTEXITCODE = 1  # stays so when the program does not start at all
        & $name @rest -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>$null | Out-Null
        $works = $LASTEXITCODE -eq 0
        $ErrorActionPreference = $previous
        if ($works) { return , $candidate }
    }
    Stop-Carrel ('Carrel needs Python 3.11 or newer. Install it from python.org (or: winget install Python.Python.3.12), ' +
        'or name one: $env:CARREL_PYTHON = "C:\path\to\python.exe"')
}

# Whether Microsoft's C++ compiler is installed; CMake finds it by itself then.
function Test-Compiler {
    if (Get-Command cl.exe -CommandType Application -ErrorAction SilentlyContinue) { return $true }
    $vswhere = Join-Path ${env:ProgramFiles(x86)} 'Microsoft Visual Studio\Installer\vswhere.exe'
    if (-not (Test-Path -LiteralPath $vswhere)) { return $false }
    $found = & $vswhere -latest -products '*' -requires Microsoft.VisualStudio.Component.VC.Tools.x86.x64 -property installationPath
    return [bool] $found
}

function Invoke-Setup([string[]] $setupArguments) {
    $wheelKept = Test-Path -Path (Join-Path $root '.setup\wheels\*.whl')
    $wheelGiven = $env:CARREL_ENGINE_WHEEL -or ($setupArguments -match '^--engine-wheel')
    if (-not $wheelKept -and -not $wheelGiven -and -not (Test-Compiler)) {
        Stop-Carrel ('The engine is compiled here, and Microsoft''s C++ compiler is missing. Install it: ' +
            'winget install Microsoft.VisualStudio.2022.BuildTools --override "--passive --add Microsoft.VisualStudio.Workload.VCTools --includeRecommended" ' +
            '- or give a ready engine: .\carrel.ps1 setup --engine-wheel FILE')
    }
    $python = Find-Python
    $rest = @($python | Select-Object -Skip 1)
    & $python[0] @rest -I (Join-Path $root 'installers\bootstrap.py') @setupArguments
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

function Confirm-Setup([bool] $dev) {
    $key = Get-SetupKey
    if (Test-Current $key $dev) { return }
    $setupArguments = @('--key', $key, '--if-stale')
    if ($dev) { $setupArguments += '--dev' }
    Invoke-Setup $setupArguments
}

function Invoke-InRoot([string[]] $pythonArguments) {
    Push-Location -LiteralPath $root
    try { & $venvPython @pythonArguments } finally { Pop-Location }
    exit $LASTEXITCODE
}

# Carrel writes UTF-8; PowerShell reads what it pipes on in the code page of the console. Without a console: no change.
try { [Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false } catch { }

$command = if ($asked.Count) { [string] $asked[0] } else { '' }
$others = @($asked | Select-Object -Skip 1)
switch -CaseSensitive ($command) {
    'test' { Confirm-Setup $true; Invoke-InRoot (@('-m', 'pytest') + $others) }
    'check' { Confirm-Setup $true; Invoke-InRoot (@('-P', 'installers\check.py') + $others) }
    'package' { Confirm-Setup $true; Invoke-InRoot (@('-P', 'installers\build.py') + $others) }
    'setup' { Invoke-Setup (@('--key', (Get-SetupKey)) + $others); exit 0 }
    default {
        Confirm-Setup $false
        & $venvPython -P (Join-Path $root 'app\__main__.py') @asked
        exit $LASTEXITCODE
    }
}
