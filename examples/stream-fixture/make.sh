#!/usr/bin/env bash
# Makes the media, the emotes and index.json of this folder again, from nothing but this script.
#
#   ./make.sh           replace the committed files, then verify them
#   ./make.sh --check   make them in a temporary directory and compare byte by byte
#   ./make.sh --probe   let ffprobe and ffmpeg read the committed media: packets, frames, errors
#
# Needs: bash, ffmpeg with libx264 and drawtext, the DejaVu Sans fonts, Node 20 or newer.
# Takes about four minutes on one core: everything runs single-threaded and without SIMD in
# ffmpeg's own code (-cpuflags 0), so that the bytes do not depend on the processor.
set -euo pipefail
export LC_ALL=C TZ=UTC
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)

made_with='5.1.9-0+deb12u1' # Debian 12; another version gives a valid stream, but other bytes
fonts=${DEJAVU_DIR:-/usr/share/fonts/truetype/dejavu}

fps=25
frames=4660           # 186.4 s
restart_frame=3235    # 129.4 s: 64 segments of 2.0 s and one of 1.4 s, then everything restarts
wrap_seconds=61.33    # into the stream, where the presentation time reaches 2^33
clock_start=43100.608 # 11:58:20.608, in seconds of the day; index.mjs holds the date
day=2025-03-14

# Seconds added to every timestamp before the restart. 1.4 s is the start-up delay that ffmpeg's
# MPEG-TS muxer gives the first frame on its own.
ts_offset=$(awk "BEGIN { printf \"%.6f\", 2 ^ 33 / 90000 - 1.4 - $wrap_seconds }")

# The picture, drawn at 640x360: a turning gradient, a clock, a wave of dots, and a time line
# whose marks are the three places that make this stream worth testing with.
# $1 = quality, $2 = its picture size, $3 = last filter
scene() {
  local bold="fontfile=$fonts/DejaVuSans-Bold.ttf:fontcolor=white"
  local mono="fontfile=$fonts/DejaVuSansMono-Bold.ttf:fontcolor=white"
  local seconds i x
  seconds=$(awk "BEGIN { print $frames / $fps }")
  printf 'gradients=s=640x360:r=%s:n=3:c0=0x10243f:c1=0x1d5c63:c2=0x6b3f69:x0=0:y0=0:x1=640:y1=360:speed=0.003:seed=7[background];\n' "$fps"
  printf 'color=c=0xf2b134:s=4x22:r=%s[cursor];\n' "$fps"
  printf '[background]\n'
  printf "drawtext=%s:text='WAYBILL':fontsize=22:x=32:y=44-ascent,\n" "$bold"
  printf "drawtext=%s@0.75:text='example stream':fontsize=14:x=33:y=65-ascent,\n" "$bold"
  printf "drawtext=%s:text='%s':fontsize=22:x=w-tw-32:y=44-ascent,\n" "$bold" "$1"
  printf "drawtext=%s@0.75:text='%s':fontsize=14:x=w-tw-32:y=65-ascent,\n" "$bold" "$2"
  printf "drawtext=%s:text='%%{pts\\:hms\\:%s}':fontsize=58:x=(w-tw)/2:y=104,\n" "$mono" "$clock_start"
  printf "drawtext=%s@0.8:text='%s UTC   segment %%{eif\\:if(lt(n,%s),floor(n/50),65+floor((n-%s)/50))\\:d\\:3}   frame %%{eif\\:n\\:d\\:4}':fontsize=14:x=(w-tw)/2:y=172,\n" \
    "$mono" "$day" "$restart_frame" "$restart_frame"
  for i in {0..10}; do
    printf "drawtext=%s@0.85:text='●':fontsize=16:x=%s-tw/2:y=222+16*sin(2*PI*(t/5-%s/6)),\n" "$bold" $((50 + i * 54)) "$i"
  done
  printf 'drawbox=x=40:y=296:w=560:h=4:color=white@0.35:t=fill,\n'
  mark() { # $1 = seconds, $2 = label
    x=$(awk "BEGIN { printf \"%d\", 40 + 560 * $1 / $seconds }")
    printf 'drawbox=x=%s:y=290:w=2:h=16:color=white@0.9:t=fill,\n' "$x"
    printf "drawtext=%s@0.8:text='%s':fontsize=12:x=%s-tw/2:y=324-ascent,\n" "$bold" "$2" "$x"
  }
  mark "$wrap_seconds" 'PTS wraps'
  mark 99.392 'new hour'
  mark "$(awk "BEGIN { print $restart_frame / $fps }")" 'PTS restart'
  printf 'null[drawn];\n'
  printf "[drawn][cursor]overlay=x='38+560*t/%s':y=287:eval=frame,%s,format=yuv420p[scene];\n" "$seconds" "$3"
}

# The sound: a slow pentatonic figure over a quiet fifth, and a short pip at each full second.
sound() {
  local step='mod(t,0.5)' degree='mod(3*floor(2*t),5)' second='mod(t+0.608,1)'
  local semitone="2*gte($degree,1)+2*gte($degree,2)+3*gte($degree,3)+2*gte($degree,4)"
  local note="0.16*sin(2*PI*220*pow(2,($semitone)/12)*$step)*exp(-5*$step)"
  local pad="0.04*(sin(2*PI*110*t)+sin(2*PI*165*t))*(0.7+0.3*sin(2*PI*t/8))"
  local pip="0.08*sin(2*PI*1000*$second)*lt($second,0.04)"
  printf "aevalsrc=exprs='%s+%s+%s':s=48000:d=%s[sound];\n" "$note" "$pad" "$pip" \
    "$(awk "BEGIN { print $frames / $fps }")"
}

# One uninterrupted run of the encoder and the muxer, cut at each key frame as an HLS origin does:
# tables at the start of each segment, continuity counters running through.
# $1 = directory, $2 = quality, $3 = size, $4 = crf, $5 = last filter, $6 $7 = frames, $8 = offset
part() {
  mkdir -p "$1"
  {
    scene "$2" "$3" "$5"
    sound
    printf '[scene]trim=start_frame=%s:end_frame=%s,setpts=PTS-STARTPTS[video];\n' "$6" "$7"
    printf '[sound]atrim=start_sample=%s:end_sample=%s,asetpts=PTS-STARTPTS[audio]\n' \
      $(($6 * 48000 / fps)) $(($7 * 48000 / fps))
  } > "$1/graph.txt"
  ffmpeg -nostdin -hide_banner -loglevel warning -y -cpuflags 0 \
    -filter_threads 1 -filter_complex_threads 1 -filter_complex_script "$1/graph.txt" \
    -map '[video]' -c:v libx264 -preset veryslow -profile:v high -crf "$4" -threads 1 \
    -x264-params 'keyint=50:min-keyint=50:scenecut=0:bframes=3:b-pyramid=normal:direct=spatial:open-gop=0:threads=1:cpu-independent=1' \
    -map '[audio]' -c:a aac -b:a 24k -ac 1 \
    -map_metadata -1 -metadata service_provider=Waybill -metadata service_name='Waybill example' \
    -fflags +bitexact -flags:v +bitexact -flags:a +bitexact -sws_flags bicubic+accurate_rnd+bitexact \
    -output_ts_offset "$8" -f hls -hls_time 2 -hls_list_size 0 \
    -hls_segment_options pat_period=1:sdt_period=2 \
    -hls_segment_filename "$1/%03d.ts" "$1/list.m3u8"
}

# $1 = directory, then as above
quality() {
  part "$1/$2/a" "$2" "$3" "$4" "$5" 0 "$restart_frame" "$ts_offset"
  part "$1/$2/b" "$2" "$3" "$4" "$5" "$restart_frame" "$frames" 0
}

# A parcel with a ribbon and a bow on a transparent ground. $1 = edge in pixels, a multiple of 28;
# $2 = file. The numbers are left, right, top and bottom in 28ths of the edge.
emote() {
  local u=$(($1 / 28))
  box() { printf 'gte(X,%s)*lt(X,%s)*gte(Y,%s)*lt(Y,%s)' $(($1 * u)) $(($2 * u)) $(($3 * u)) $(($4 * u)); }
  local ribbon lid body
  ribbon="gt($(box 12 16 7 26)+$(box 8 13 3 7)+$(box 15 20 3 7),0)"
  lid=$(box 2 26 7 12)
  body=$(box 3 25 12 26)
  channel() { printf "'if(%s,%s,if(%s,%s,if(%s,%s,0)))'" "$ribbon" "$1" "$lid" "$2" "$body" "$3"; }
  ffmpeg -nostdin -hide_banner -loglevel warning -y -cpuflags 0 -f lavfi \
    -i "color=c=black:s=${1}x$1:r=1,format=rgba,geq=r=$(channel 228 208 185):g=$(channel 87 154 128):b=$(channel 46 92 69):a=$(channel 255 255 255)" \
    -frames:v 1 -fflags +bitexact -flags:v +bitexact -threads 1 -f image2 -update 1 "$2"
}

# Decodes standard input and shows what ffmpeg says. $1 = label
decode() {
  local said code=0
  said=$(ffmpeg -nostdin -hide_banner -nostats -v warning -f mpegts -i pipe:0 -map 0 -fps_mode passthrough -f null - 2>&1 | sed "s, @ 0x[0-9a-f]*,,") || code=$?
  printf '  decoding, %s: exit code %d, %s\n' "$1" "$code" "${said:-no message}"
  return "$code"
}

# What ffmpeg's own demuxer and decoders make of the concatenated files. $1 = directory
probe() {
  local q restart
  for q in source 480p; do
    echo "media/$q.mpegts"
    ffprobe -v error -show_entries stream=codec_name,profile,width,height,has_b_frames,sample_rate -of compact=p=0 "$1/media/$q.mpegts" |
      awk 'NF && !seen[$0]++ { print "  " $0 }'
    ffprobe -v error -show_entries packet=codec_type -of csv=p=0 "$1/media/$q.mpegts" |
      awk -F, 'NF { n[$1]++ } END { printf "  PES packets: %d video, %d audio\n", n["video"], n["audio"] }'
    ffprobe -v error -select_streams v -show_entries frame=pict_type -of csv=p=0 "$1/media/$q.mpegts" |
      awk -F, '{ n[$1]++ } END { printf "  decoded frames: %d I, %d P, %d B\n", n["I"], n["P"], n["B"] }'
    # Each run of the encoder must decode without a word. Across the restart a warning is right.
    restart=$(node -p "const q = JSON.parse(fs.readFileSync('$1/index.json')).qualities['$q']; q.segments[q.restartSegment].offsetBytes")
    head -c "$restart" "$1/media/$q.mpegts" | decode 'before the restart'
    tail -c "+$((restart + 1))" "$1/media/$q.mpegts" | decode 'after the restart'
    decode 'whole file' < "$1/media/$q.mpegts"
  done
}

# $1 = directory that receives media/, emotes/ and index.json; $2 = scratch
make_all() {
  mkdir -p "$1/media" "$1/emotes"
  quality "$2" source '640x360' 28.8 null
  quality "$2" 480p '426x240' 33 'scale=426:240'
  local q
  for q in source 480p; do
    cat "$2/$q"/a/*.ts "$2/$q"/b/*.ts > "$1/media/$q.mpegts"
  done
  emote 28 "$1/emotes/parcel-28.png"
  emote 112 "$1/emotes/parcel-112.png"
  node "$here/index.mjs" "$1" "$2" > "$2/index.json"
  mv "$2/index.json" "$1/index.json"
}

main() {
  local version scratch
  if [[ ${1:-} == --probe ]]; then
    probe "$here"
    return
  fi
  version=$(ffmpeg -version | awk 'NR == 1 { print $3 }')
  [[ $version == "$made_with" ]] ||
    echo "make.sh: ffmpeg $version, the committed files are of $made_with: bytes will differ" >&2
  scratch=$(mktemp -d)
  # shellcheck disable=SC2064  # the directory of now
  trap "rm -rf -- '$scratch'" EXIT

  if [[ ${1:-} != --check ]]; then
    make_all "$here" "$scratch"
    node "$here/verify.mjs"
    probe "$here"
    return
  fi
  mkdir "$scratch/again"
  cp -r "$here/chat" "$scratch/again/"
  make_all "$scratch/again" "$scratch"
  local file
  for file in media/source.mpegts media/480p.mpegts emotes/parcel-28.png emotes/parcel-112.png index.json; do
    cmp "$here/$file" "$scratch/again/$file"
  done
  echo 'make.sh: every file is identical to the committed one'
}

main "$@"
